# Completion of vtk for fish.
# Rendered by completions/render.py from completions/templates/vtk.fish; do not edit.

# Whether the command is still to be typed.
function __vtk_first
    test (count (commandline -opc)) -eq 1
end

# Whether the command is $argv[1], whose subcommand is still to be typed.
function __vtk_group
    set -l words (commandline -opc)
    test (count $words) -eq 2; and test $words[2] = $argv[1]
end

# Whether the command, or command and subcommand, is $argv: they are always the first words, as
# vtk's own options end the run.
function __vtk_command
    set -l words (commandline -opc)
    set -l last (math (count $argv) + 1)
    test (count $words) -ge $last; and test "$words[2..$last]" = "$argv"
end

# Print how many arguments of the command are there; $argv are its options that take a value.
function __vtk_arguments
    set -l number 0
    set -l value no
    set -l ended no
    for word in (commandline -opc)[3..-1]
        if test $value = yes
            set value no
        else if test $ended = yes; or not string match -q -- '-?*' $word
            set number (math $number + 1)
        else if test $word = --
            set ended yes
        else if contains -- $word $argv
            set value yes
        end
    end
    echo $number
end

# Offer videos, files of spans and folders; whatever is there where there are none.
function __vtk_inputs
    # For a command that does not exist, fish completes names of files.
    set -l names (complete -C "__vtk_no_command "(commandline -ct))
    string match -ri -- '^.*(?:/|\.(?:@endings@))$' $names
    or printf '%s\n' $names
end

# Offer names, such as those of models, and files.
function __vtk_names
    string split ' ' -- $argv
    complete -C "__vtk_no_command "(commandline -ct)
end

@names@

complete -c vtk -f
@first@
@rest@
