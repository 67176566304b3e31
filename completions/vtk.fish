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
    string match -ri -- '^.*(?:/|\.(?:jsonl|ndjson|3gp|asf|avi|flv|m2ts|m4v|mkv|mov|mp4|mpeg|mpg|mts|mxf|ogv|ts|vob|webm|wmv))$' $names
    or printf '%s\n' $names
end

# Offer models by name, and files.
function __vtk_models
    string split ' ' -- 'qwen3-vl-2b qwen3-vl-4b qwen3-vl-8b qwen3.5-2b qwen3.5-4b qwen3.5-9b qwen2.5-vl-3b qwen2.5-vl-7b smolvlm2-256m smolvlm2-500m smolvlm2-2.2b internvl3.5-2b internvl3.5-4b internvl3.5-8b minicpm-v-4 minicpm-v-4.5 minicpm-v-4.6 gemma-3-4b gemma-3-12b gemma-4-e2b gemma-4-e4b gemma-4-12b timelens-7b marlin-2b glm-ocr paddleocr-vl lightonocr dots-ocr deepseek-ocr hunyuan-ocr pp-ocrv6-medium qwen3-1.7b qwen3-4b qwen3-4b-2507 qwen3-8b all-minilm nomic-embed-1.5 bge-m3 qwen3-embedding-0.6b embeddinggemma qwen3-vl-embedding-2b qwen3-vl-reranker-2b pe-core-t pe-core-s pe-core-b pe-core-l pe-core-g siglip2-b siglip2-l siglip2-so400m mobileclip2-s0 mobileclip2-s2 mobileclip2-s4 mobileclip2-b mobileclip2-l whisper-tiny whisper-tiny.en whisper-base whisper-small whisper-medium whisper-large-v3 whisper-turbo whisper-distil qwen3-asr-0.6b qwen3-asr-1.7b granite-speech-4.1-2b voxtral-mini-3b'
    complete -C "__vtk_no_command "(commandline -ct)
end

complete -c vtk -f
complete -c vtk -n __vtk_first -l version -d 'Print the version and exit'
complete -c vtk -n __vtk_first -s h -l help -d 'Show this message and exit'
complete -c vtk -n __vtk_first -a probe -d 'Tell what video files hold, almost without decoding them'
complete -c vtk -n __vtk_first -a split -d 'Split videos into shots, scenes or windows'
complete -c vtk -n __vtk_first -a keyframes -d 'Pick the frames that stand for each span, or that answer a query'
complete -c vtk -n __vtk_first -a transcribe -d 'Give each span what is said in it'
complete -c vtk -n __vtk_first -a ocr -d 'Read the words that are shown in the picture'
complete -c vtk -n __vtk_first -a caption -d 'Say in words what each span shows and says'
complete -c vtk -n __vtk_first -a chapter -d 'Join the spans of a video into chapters with titles'
complete -c vtk -n __vtk_first -a summarize -d 'Sum up each video in a few sentences'
complete -c vtk -n __vtk_first -a embed -d 'Say what spans mean and look like as vectors, which search compares'
complete -c vtk -n __vtk_first -a index -d 'Keep spans in an index, which searches read instead of a stream'
complete -c vtk -n __vtk_first -a retrieve -d 'Find the spans that answer a query best, by words, by meaning, by looks'
complete -c vtk -n __vtk_first -a ground -d 'Find the exact moments whose words answer a query'
complete -c vtk -n __vtk_first -a show -d 'Show spans as text to read instead of JSON'
complete -c vtk -n __vtk_first -a export -d 'Write spans in the formats of other programs'
complete -c vtk -n __vtk_first -a models -d 'List, fetch and check models'
complete -c vtk -n __vtk_first -a schema -d 'Print the JSON Schema of a span, the record of every vtk stream'

# vtk index
complete -c vtk -n '__vtk_group index' -s h -l help -d 'Show this message and exit'
complete -c vtk -n '__vtk_group index' -a add -d 'Add spans to an index, which is made if there is none'
complete -c vtk -n '__vtk_group index' -a info -d 'Tell what is in an index'
complete -c vtk -n '__vtk_group index' -a merge -d 'Add all spans of other indexes to one, which is made if there is none'
complete -c vtk -n '__vtk_group index' -a verify -d 'Check every record of an index, and whether its videos are as they were'
complete -c vtk -n '__vtk_group index' -a compact -d 'Join the small files of an index, index what is new, and remove old versions'
complete -c vtk -n '__vtk_group index' -a drop -d 'Drop videos from an index, the vectors of a model, or all of it'

# vtk export
complete -c vtk -n '__vtk_group export' -s h -l help -d 'Show this message and exit'
complete -c vtk -n '__vtk_group export' -a parquet -d 'Write spans as rows of a Parquet file'
complete -c vtk -n '__vtk_group export' -a webdataset -d 'Write spans as samples in tar files, as WebDataset reads them'
complete -c vtk -n '__vtk_group export' -a edl -d 'Write spans as an edit decision list (CMX 3600)'
complete -c vtk -n '__vtk_group export' -a otio -d 'Write spans as a timeline of OpenTimelineIO'
complete -c vtk -n '__vtk_group export' -a csv -d 'Write spans as rows of comma-separated values'
complete -c vtk -n '__vtk_group export' -a tsv -d 'Write spans as rows of tab-separated values'
complete -c vtk -n '__vtk_group export' -a ffmetadata -d 'Write spans as chapters for FFmpeg'
complete -c vtk -n '__vtk_group export' -a webvtt -d 'Write spans as chapters or captions of a player (WebVTT)'
complete -c vtk -n '__vtk_group export' -a aegisub -d 'Write the first frames of spans as a keyframe file for Aegisub'
complete -c vtk -n '__vtk_group export' -a srt -d 'Write what is said as subtitles (SubRip)'
complete -c vtk -n '__vtk_group export' -a vtt -d 'Write what is said as subtitles for the web (WebVTT)'
complete -c vtk -n '__vtk_group export' -a ass -d 'Write what is said as subtitles to be styled (Advanced SubStation Alpha)'
complete -c vtk -n '__vtk_group export' -a lrc -d 'Write what is said as lyrics (LRC), a line for each cue'
complete -c vtk -n '__vtk_group export' -a txt -d 'Write what is said as text, in paragraphs where somebody else speaks or nobody does'

# vtk models
complete -c vtk -n '__vtk_group models' -s h -l help -d 'Show this message and exit'
complete -c vtk -n '__vtk_group models' -a list -d 'List the models that vtk knows by name'
complete -c vtk -n '__vtk_group models' -a pull -d 'Fetch models and check their SHA-256'
complete -c vtk -n '__vtk_group models' -a path -d 'Print where the files of a model are'
complete -c vtk -n '__vtk_group models' -a verify -d 'Check the files of models against their SHA-256'
complete -c vtk -n '__vtk_group models' -a doctor -d 'Tell what works on this machine, and how to mend the rest'
complete -c vtk -n '__vtk_group models' -a bench -d 'Measure how fast a model is on this machine'
complete -c vtk -n '__vtk_group models' -a check -d 'Ask a model what it can do, and tell skill from chance'

# vtk probe
complete -c vtk -n '__vtk_command probe' -s o -l output -r -F -d 'Write to FILE instead of standard output; it appears when it is complete'
complete -c vtk -n '__vtk_command probe' -s j -l jobs -x -d 'Work in N processes; the order is kept'
complete -c vtk -n '__vtk_command probe' -s 0 -l null -d 'Paths on standard input end with NUL (find -print0)'
complete -c vtk -n '__vtk_command probe' -s q -l quiet -d 'No progress and no warnings, only errors'
complete -c vtk -n '__vtk_command probe' -l log-json -d 'Messages on standard error as JSON Lines'
complete -c vtk -n '__vtk_command probe' -s h -l help -d 'Show this message and exit'
complete -c vtk -n '__vtk_command probe' -a '(__vtk_inputs)'

# vtk split
complete -c vtk -n '__vtk_command split' -l method -x -a 'content auto learned fast' -d 'content: from the pictures, no model; auto: content, and a network where it is not sure; learned: by a network, needs [shots]; fast: from packets and keyframes, decodes little'
complete -c vtk -n '__vtk_command split' -l threshold -x -d 'Least probability of a boundary, 0 to 1, for any method; higher finds fewer'
complete -c vtk -n '__vtk_command split' -l min-length -x -d 'Join a shot or scene shorter than this (500ms, 2s) to a neighbour, across the less certain boundary'
complete -c vtk -n '__vtk_command split' -l max-length -x -d 'Divide a shot longer than this (30s, 2m) at its calmest frames into parts of at least half that length'
complete -c vtk -n '__vtk_command split' -l scenes -d 'Scenes: shots joined until their look and words change'
complete -c vtk -n '__vtk_command split' -l every -x -d 'Windows of this length (30s, 1m30s) instead of shots; decodes nothing'
complete -c vtk -n '__vtk_command split' -l overlap -x -d 'How much of a window the next one repeats'
complete -c vtk -n '__vtk_command split' -l by -x -a 'speech' -d 'speech: windows of about --every (30s if not given) that end between sentences, by `speech` or subtitles; decodes nothing'
complete -c vtk -n '__vtk_command split' -l cues -d 'Technical cues instead of shots: black, white, freeze, colour bars, test cards, letterbox, credits, silence'
complete -c vtk -n '__vtk_command split' -l media -x -a '-' -d 'The video itself comes on standard input, as it is made: MPEG-TS, Matroska, fragmented MP4'
complete -c vtk -n '__vtk_command split' -l why -d 'Add the measurements behind each boundary'
complete -c vtk -n '__vtk_command split' -l decode -x -a 'auto cpu cuda' -d 'Where to decode: auto uses an NVIDIA GPU if there is one'
complete -c vtk -n '__vtk_command split' -s o -l output -r -F -d 'Write to FILE instead of standard output; it appears when it is complete'
complete -c vtk -n '__vtk_command split' -s j -l jobs -x -d 'Work in N processes; the order is kept'
complete -c vtk -n '__vtk_command split' -s 0 -l null -d 'Paths on standard input end with NUL (find -print0)'
complete -c vtk -n '__vtk_command split' -s q -l quiet -d 'No progress and no warnings, only errors'
complete -c vtk -n '__vtk_command split' -l log-json -d 'Messages on standard error as JSON Lines'
complete -c vtk -n '__vtk_command split' -s h -l help -d 'Show this message and exit'
complete -c vtk -n '__vtk_command split' -a '(__vtk_inputs)'

# vtk keyframes
complete -c vtk -n '__vtk_command keyframes' -l query -x -d 'Pick the frames that answer this best; see the end of --method'
complete -c vtk -n '__vtk_command keyframes' -s k -x -d 'Frames per span; for maxinfo, the most'
complete -c vtk -n '__vtk_command keyframes' -l rate -x -d 'Instead of -k: frames per second of each span'
complete -c vtk -n '__vtk_command keyframes' -l budget -x -d 'Instead of -k: frames of a whole video, more for spans that are longer or in which more changes'
complete -c vtk -n '__vtk_command keyframes' -l at -x -d 'Instead of a number and a method: the frames on screen at these times of the video, in seconds or as 1:02:03'
complete -c vtk -n '__vtk_command keyframes' -l method -x -a 'sharp uniform middle cluster maxinfo motion clips aks bolt tass focus tstar f2c sevices yesno' -d 'sharp: sharp, well exposed, away from transitions, unlike each other; uniform: at even distances; middle: in the middle; cluster: one for each kind of look; maxinfo: as few as stand for all; motion: where most moves. With --query: clips: the best scenes, by seats; aks: uneven parts are halved; bolt: in proportion to the scores; tass: the best, far apart; focus: looks where it promises most; tstar: zooms in, looks at half at most; f2c: short clips around the best; sevices: where captions and pictures agree; yesno: for which a model says yes'
complete -c vtk -n '__vtk_command keyframes' -l tokens -x -d 'With --query: most tokens of a vision-language model that the pictures of a span may cost, at 28 x 28 pixels a token; their `size` follows. f2c without -k takes four frames of half the size where one would fit'
complete -c vtk -n '__vtk_command keyframes' -l crop -d 'With --query and --clip: find the part of each frame that answers best, as `box` in fractions of the picture; --images writes that part'
complete -c vtk -n '__vtk_command keyframes' -l clip -x -d 'An image-text model, for what pictures look like: an open_clip model, or the URL of a server that embeds pictures and texts'
complete -c vtk -n '__vtk_command keyframes' -l language -x -d 'Language of the words (en, de, …), ISO 639'
complete -c vtk -n '__vtk_command keyframes' -l features -x -a 'colour clip' -d 'How frames are compared with each other: by colour and texture, or by the model of --clip'
complete -c vtk -n '__vtk_command keyframes' -l min-gap -x -d 'Least time between two keyframes of a span'
complete -c vtk -n '__vtk_command keyframes' -l distinct -d 'Leave out frames that look nearly the same as an earlier keyframe of the video, which lists their times in `same_as`'
complete -c vtk -n '__vtk_command keyframes' -l why -d 'Put what was measured under `why` of each keyframe'
complete -c vtk -n '__vtk_command keyframes' -l images -x -a '(__fish_complete_directories)' -d 'Write a picture of each keyframe into the folder DIR'
complete -c vtk -n '__vtk_command keyframes' -l format -x -a 'jpg webp png avif' -d 'Format of the pictures'
complete -c vtk -n '__vtk_command keyframes' -l size -x -d 'Longest side of the pictures (640) or a box that they fit in (640x360)'
complete -c vtk -n '__vtk_command keyframes' -l quality -x -d 'Quality of the pictures; png loses nothing'
complete -c vtk -n '__vtk_command keyframes' -l sheet -r -F -d 'Write a contact sheet of all keyframes with their times (.jpg, .webp, .png, .avif); after 120 pictures it continues in FILE-2 and so on'
complete -c vtk -n '__vtk_command keyframes' -l gif -x -a '(__fish_complete_directories)' -d 'Write a short animated GIF of each span into the folder DIR'
complete -c vtk -n '__vtk_command keyframes' -s m -l model -x -d 'A model of vtk models list, a .gguf file or hf:OWNER/REPO/FILE.gguf'
complete -c vtk -n '__vtk_command keyframes' -l endpoint -x -d 'Use the model of an OpenAI-compatible server (llama-server, vLLM)'
complete -c vtk -n '__vtk_command keyframes' -l timeout -x -d 'Most time for an answer of the server, and after a failure for further tries or for the server to come back'
complete -c vtk -n '__vtk_command keyframes' -l mmproj -r -F -d 'The model\'s projector for pictures; found beside the model if exactly one fits'
complete -c vtk -n '__vtk_command keyframes' -l gpu-layers -x -d 'Layers to put on the GPU, if there is one; -1 for all'
complete -c vtk -n '__vtk_command keyframes' -l context -x -d 'Room for a prompt and its answer together; up to 8192 if not given'
complete -c vtk -n '__vtk_command keyframes' -l threads -x -d 'Threads; all cores if not given'
complete -c vtk -n '__vtk_command keyframes' -l flash-attention -l no-flash-attention -d 'Flash attention, which needs less memory; automatic if neither is given'
complete -c vtk -n '__vtk_command keyframes' -l kv-type -x -a 'f16 q8_0 q4_0' -d 'Type of the KV cache: q8_0 halves its memory, q4_0 quarters it'
complete -c vtk -n '__vtk_command keyframes' -l sequences -x -d 'Prompts to work on at once; if not given, 4 on a GPU or a server, else 1'
complete -c vtk -n '__vtk_command keyframes' -l picture-tokens -x -d 'Most tokens for one picture, if the model supports several sizes'
complete -c vtk -n '__vtk_command keyframes' -l least-picture-tokens -x -d 'Fewest tokens for one picture, if the model supports several sizes: small pictures are enlarged; Qwen\'s models need 1024 to find places'
complete -c vtk -n '__vtk_command keyframes' -l pairs -l no-pairs -d 'Show two successive frames as one picture to a model that was trained so (Qwen\'s): half the tokens'
complete -c vtk -n '__vtk_command keyframes' -l decode -x -a 'auto cpu cuda' -d 'Where to decode: auto uses an NVIDIA GPU if there is one'
complete -c vtk -n '__vtk_command keyframes' -s o -l output -r -F -d 'Write to FILE instead of standard output; it appears when it is complete'
complete -c vtk -n '__vtk_command keyframes' -s j -l jobs -x -d 'Work in N processes; the order is kept'
complete -c vtk -n '__vtk_command keyframes' -s 0 -l null -d 'Paths on standard input end with NUL (find -print0)'
complete -c vtk -n '__vtk_command keyframes' -s q -l quiet -d 'No progress and no warnings, only errors'
complete -c vtk -n '__vtk_command keyframes' -l log-json -d 'Messages on standard error as JSON Lines'
complete -c vtk -n '__vtk_command keyframes' -s h -l help -d 'Show this message and exit'
complete -c vtk -n '__vtk_command keyframes' -a '(__vtk_inputs)'

# vtk transcribe
complete -c vtk -n '__vtk_command transcribe' -l method -x -a 'auto subtitles recognition' -d 'auto: subtitles, else recognition; subtitles: the words that come with the video; recognition: those that a model hears'
complete -c vtk -n '__vtk_command transcribe' -l track -x -d 'The subtitle stream, by its index in vtk probe; the default one if not given'
complete -c vtk -n '__vtk_command transcribe' -l from -r -F -d 'A transcript made elsewhere: JSON (whisper, whisper.cpp, whisperX, OpenAI, YouTube json3, Podcasting 2.0), text with time codes, or subtitles'
complete -c vtk -n '__vtk_command transcribe' -l vad-only -d 'Only tell where somebody speaks: a span for each stretch'
complete -c vtk -n '__vtk_command transcribe' -l sounds -d 'Only tell where there is speech, music or silence: a span for each stretch'
complete -c vtk -n '__vtk_command transcribe' -s m -l model -x -d 'The speech model: a name of vtk models list --kind speech, or a folder'
complete -c vtk -n '__vtk_command transcribe' -l endpoint -x -d 'Let an OpenAI-compatible server transcribe, by its first model if --model is not given'
complete -c vtk -n '__vtk_command transcribe' -l threads -x -d 'Threads; all cores if not given'
complete -c vtk -n '__vtk_command transcribe' -l language -x -d 'Language of the words (en, de, …), ISO 639'
complete -c vtk -n '__vtk_command transcribe' -s o -l output -r -F -d 'Write to FILE instead of standard output; it appears when it is complete'
complete -c vtk -n '__vtk_command transcribe' -s j -l jobs -x -d 'Work in N processes; the order is kept'
complete -c vtk -n '__vtk_command transcribe' -s 0 -l null -d 'Paths on standard input end with NUL (find -print0)'
complete -c vtk -n '__vtk_command transcribe' -s q -l quiet -d 'No progress and no warnings, only errors'
complete -c vtk -n '__vtk_command transcribe' -l log-json -d 'Messages on standard error as JSON Lines'
complete -c vtk -n '__vtk_command transcribe' -s h -l help -d 'Show this message and exit'
complete -c vtk -n '__vtk_command transcribe' -a '(__vtk_inputs)'

# vtk ocr
complete -c vtk -n '__vtk_command ocr' -l method -x -a 'networks vlm' -d 'networks: line by line, by RapidOCR, needs [ocr]; vlm: whole frames, by the vision-language model of --model or --endpoint'
complete -c vtk -n '__vtk_command ocr' -l on -x -a 'changes keyframes' -d 'changes: look all through the span, at what changed; keyframes: read only the keyframes, quicker, with times as fine as they are'
complete -c vtk -n '__vtk_command ocr' -l rate -x -d 'How often to look per second, with --on changes'
complete -c vtk -n '__vtk_command ocr' -l language -x -d 'Language of the words (en, de, …), ISO 639'
complete -c vtk -n '__vtk_command ocr' -l weights -r -F -d 'A PaddleOCR recognition network (ONNX), for scripts other than Latin, Chinese and Japanese, or a larger one: pp-ocrv6-medium of vtk models list'
complete -c vtk -n '__vtk_command ocr' -l min-score -x -d 'Leave out text read with a lower score, by networks; 0.6 if not given'
complete -c vtk -n '__vtk_command ocr' -l min-height -x -d 'Leave out lines less tall than this, by networks: below 1 a share of the picture\'s height, else pixels'
complete -c vtk -n '__vtk_command ocr' -l prompt -x -d 'Ask the model this; if not given, what an OCR model of the catalog expects, and a plain instruction to others'
complete -c vtk -n '__vtk_command ocr' -l pixels -x -d 'Longest side of a picture for the model, in pixels'
complete -c vtk -n '__vtk_command ocr' -l max-tokens -x -d 'Most tokens in an answer of the model'
complete -c vtk -n '__vtk_command ocr' -s m -l model -x -d 'A model of vtk models list, a .gguf file or hf:OWNER/REPO/FILE.gguf'
complete -c vtk -n '__vtk_command ocr' -l endpoint -x -d 'Use the model of an OpenAI-compatible server (llama-server, vLLM)'
complete -c vtk -n '__vtk_command ocr' -l timeout -x -d 'Most time for an answer of the server, and after a failure for further tries or for the server to come back'
complete -c vtk -n '__vtk_command ocr' -l mmproj -r -F -d 'The model\'s projector for pictures; found beside the model if exactly one fits'
complete -c vtk -n '__vtk_command ocr' -l gpu-layers -x -d 'Layers to put on the GPU, if there is one; -1 for all'
complete -c vtk -n '__vtk_command ocr' -l context -x -d 'Room for a prompt and its answer together; up to 8192 if not given'
complete -c vtk -n '__vtk_command ocr' -l threads -x -d 'Threads; all cores if not given'
complete -c vtk -n '__vtk_command ocr' -l flash-attention -l no-flash-attention -d 'Flash attention, which needs less memory; automatic if neither is given'
complete -c vtk -n '__vtk_command ocr' -l kv-type -x -a 'f16 q8_0 q4_0' -d 'Type of the KV cache: q8_0 halves its memory, q4_0 quarters it'
complete -c vtk -n '__vtk_command ocr' -l sequences -x -d 'Prompts to work on at once; if not given, 4 on a GPU or a server, else 1'
complete -c vtk -n '__vtk_command ocr' -l picture-tokens -x -d 'Most tokens for one picture, if the model supports several sizes'
complete -c vtk -n '__vtk_command ocr' -l least-picture-tokens -x -d 'Fewest tokens for one picture, if the model supports several sizes: small pictures are enlarged; Qwen\'s models need 1024 to find places'
complete -c vtk -n '__vtk_command ocr' -l pairs -l no-pairs -d 'Show two successive frames as one picture to a model that was trained so (Qwen\'s): half the tokens'
complete -c vtk -n '__vtk_command ocr' -l decode -x -a 'auto cpu cuda' -d 'Where to decode: auto uses an NVIDIA GPU if there is one'
complete -c vtk -n '__vtk_command ocr' -s o -l output -r -F -d 'Write to FILE instead of standard output; it appears when it is complete'
complete -c vtk -n '__vtk_command ocr' -s j -l jobs -x -d 'Work in N processes; the order is kept'
complete -c vtk -n '__vtk_command ocr' -s 0 -l null -d 'Paths on standard input end with NUL (find -print0)'
complete -c vtk -n '__vtk_command ocr' -s q -l quiet -d 'No progress and no warnings, only errors'
complete -c vtk -n '__vtk_command ocr' -l log-json -d 'Messages on standard error as JSON Lines'
complete -c vtk -n '__vtk_command ocr' -s h -l help -d 'Show this message and exit'
complete -c vtk -n '__vtk_command ocr' -a '(__vtk_inputs)'

# vtk caption
complete -c vtk -n '__vtk_command caption' -l method -x -a 'facts plain differential dense detailed verify best-of' -d 'facts: what is measured, by default without a model; plain: one answer about the frames, by default with one; differential: the first frame, then what changes; dense: the events inside the span; detailed: aspects one by one, merged; verify: less what the model denies; best-of: of several the nearest to the frames'
complete -c vtk -n '__vtk_command caption' -l recipe -x -d 'Split, filter and caption as published: howtocaption, koala-36m, lvd-2m, panda-70m, sharegpt4video, vript, or a .toml file. Options given here take precedence'
complete -c vtk -n '__vtk_command caption' -l show-recipe -d 'Print the recipe and exit'
complete -c vtk -n '__vtk_command caption' -l layout -x -a 'frames grid thumbnail clip none' -d 'What the model sees: frames one by one; all in one grid; a grid and some at full size (thumbnail); short runs at half the size (clip); nothing (none): plain then captions what is said and written, without decoding'
complete -c vtk -n '__vtk_command caption' -l frames -x -d 'Frames per span; if not given, its keyframes, or a few if it has none'
complete -c vtk -n '__vtk_command caption' -l pixels -x -d 'Longest side of a picture, in pixels'
complete -c vtk -n '__vtk_command caption' -l prompt -x -d 'Ask this instead; {speech} and the like are filled in'
complete -c vtk -n '__vtk_command caption' -l prompt-file -r -F -d 'The prompt as text, or the prompts as .toml'
complete -c vtk -n '__vtk_command caption' -l show-prompt -d 'Print the prompts of the method as TOML and exit'
complete -c vtk -n '__vtk_command caption' -l title -x -d 'Title of the video; if not given, the one in the file'
complete -c vtk -n '__vtk_command caption' -l glossary -r -F -d 'Names and terms to tell the model, one per line'
complete -c vtk -n '__vtk_command caption' -l previous -d 'Tell the model the previous caption; spans are then captioned one at a time'
complete -c vtk -n '__vtk_command caption' -l schema -r -F -d 'JSON Schema that the answers of plain must follow; they are put under `fields`'
complete -c vtk -n '__vtk_command caption' -l tags -r -F -d 'Judge these tags, one per line, such as juggling: balls in the air; …'
complete -c vtk -n '__vtk_command caption' -l clip -x -d 'What judges tags and chooses for best-of: an open_clip model, or a server\'s URL'
complete -c vtk -n '__vtk_command caption' -l names -d 'Give each person and thing one name throughout a video, in `names`'
complete -c vtk -n '__vtk_command caption' -l long -x -d 'Describe each video in one text of about this many words, built up from its shots'
complete -c vtk -n '__vtk_command caption' -l candidates -x -d 'Answers of which best-of keeps one'
complete -c vtk -n '__vtk_command caption' -l max-tokens -x -d 'Most tokens in an answer'
complete -c vtk -n '__vtk_command caption' -l temperature -x -d '0 takes the likeliest words; higher values sample them'
complete -c vtk -n '__vtk_command caption' -l seed -x -d 'Seed for sampling'
complete -c vtk -n '__vtk_command caption' -l seconds -l no-seconds -d 'Note in `made` how long each caption took, and how much of its prompts was reused; without it, the same input gives the same bytes, one prompt at a time'
complete -c vtk -n '__vtk_command caption' -l resume -d 'Continue an earlier run with -o FILE --resume, keeping what it had finished'
complete -c vtk -n '__vtk_command caption' -l language -x -d 'Language of the words (en, de, …), ISO 639'
complete -c vtk -n '__vtk_command caption' -s m -l model -x -d 'A model of vtk models list, a .gguf file or hf:OWNER/REPO/FILE.gguf'
complete -c vtk -n '__vtk_command caption' -l endpoint -x -d 'Use the model of an OpenAI-compatible server (llama-server, vLLM)'
complete -c vtk -n '__vtk_command caption' -l timeout -x -d 'Most time for an answer of the server, and after a failure for further tries or for the server to come back'
complete -c vtk -n '__vtk_command caption' -l mmproj -r -F -d 'The model\'s projector for pictures; found beside the model if exactly one fits'
complete -c vtk -n '__vtk_command caption' -l gpu-layers -x -d 'Layers to put on the GPU, if there is one; -1 for all'
complete -c vtk -n '__vtk_command caption' -l context -x -d 'Room for a prompt and its answer together; up to 8192 if not given'
complete -c vtk -n '__vtk_command caption' -l threads -x -d 'Threads; all cores if not given'
complete -c vtk -n '__vtk_command caption' -l flash-attention -l no-flash-attention -d 'Flash attention, which needs less memory; automatic if neither is given'
complete -c vtk -n '__vtk_command caption' -l kv-type -x -a 'f16 q8_0 q4_0' -d 'Type of the KV cache: q8_0 halves its memory, q4_0 quarters it'
complete -c vtk -n '__vtk_command caption' -l sequences -x -d 'Prompts to work on at once; if not given, 4 on a GPU or a server, else 1'
complete -c vtk -n '__vtk_command caption' -l picture-tokens -x -d 'Most tokens for one picture, if the model supports several sizes'
complete -c vtk -n '__vtk_command caption' -l least-picture-tokens -x -d 'Fewest tokens for one picture, if the model supports several sizes: small pictures are enlarged; Qwen\'s models need 1024 to find places'
complete -c vtk -n '__vtk_command caption' -l pairs -l no-pairs -d 'Show two successive frames as one picture to a model that was trained so (Qwen\'s): half the tokens'
complete -c vtk -n '__vtk_command caption' -l decode -x -a 'auto cpu cuda' -d 'Where to decode: auto uses an NVIDIA GPU if there is one'
complete -c vtk -n '__vtk_command caption' -s o -l output -r -F -d 'Write to FILE instead of standard output; it appears when it is complete'
complete -c vtk -n '__vtk_command caption' -s j -l jobs -x -d 'Work in N processes; the order is kept'
complete -c vtk -n '__vtk_command caption' -s 0 -l null -d 'Paths on standard input end with NUL (find -print0)'
complete -c vtk -n '__vtk_command caption' -s q -l quiet -d 'No progress and no warnings, only errors'
complete -c vtk -n '__vtk_command caption' -l log-json -d 'Messages on standard error as JSON Lines'
complete -c vtk -n '__vtk_command caption' -s h -l help -d 'Show this message and exit'
complete -c vtk -n '__vtk_command caption' -a '(__vtk_inputs)'

# vtk chapter
complete -c vtk -n '__vtk_command chapter' -l method -x -a 'tiling' -d 'tiling: where words and pictures change together, no model'
complete -c vtk -n '__vtk_command chapter' -l count -x -d 'The number of chapters, if there is room for that many'
complete -c vtk -n '__vtk_command chapter' -l min-length -x -d 'No chapter is shorter (30s, 1m30s)'
complete -c vtk -n '__vtk_command chapter' -l language -x -d 'Language of the words (en, de, …), ISO 639'
complete -c vtk -n '__vtk_command chapter' -s o -l output -r -F -d 'Write to FILE instead of standard output; it appears when it is complete'
complete -c vtk -n '__vtk_command chapter' -s j -l jobs -x -d 'Work in N processes; the order is kept'
complete -c vtk -n '__vtk_command chapter' -s 0 -l null -d 'Paths on standard input end with NUL (find -print0)'
complete -c vtk -n '__vtk_command chapter' -s q -l quiet -d 'No progress and no warnings, only errors'
complete -c vtk -n '__vtk_command chapter' -l log-json -d 'Messages on standard error as JSON Lines'
complete -c vtk -n '__vtk_command chapter' -s h -l help -d 'Show this message and exit'
complete -c vtk -n '__vtk_command chapter' -a '(__vtk_inputs)'

# vtk summarize
complete -c vtk -n '__vtk_command summarize' -l method -x -a 'extract' -d 'extract: the sentences that say the most, word for word, no model'
complete -c vtk -n '__vtk_command summarize' -l sentences -x -d 'At most N sentences'
complete -c vtk -n '__vtk_command summarize' -l words -x -d 'At most N words in all'
complete -c vtk -n '__vtk_command summarize' -l language -x -d 'Language of the words (en, de, …), ISO 639'
complete -c vtk -n '__vtk_command summarize' -s o -l output -r -F -d 'Write to FILE instead of standard output; it appears when it is complete'
complete -c vtk -n '__vtk_command summarize' -s j -l jobs -x -d 'Work in N processes; the order is kept'
complete -c vtk -n '__vtk_command summarize' -s 0 -l null -d 'Paths on standard input end with NUL (find -print0)'
complete -c vtk -n '__vtk_command summarize' -s q -l quiet -d 'No progress and no warnings, only errors'
complete -c vtk -n '__vtk_command summarize' -l log-json -d 'Messages on standard error as JSON Lines'
complete -c vtk -n '__vtk_command summarize' -s h -l help -d 'Show this message and exit'
complete -c vtk -n '__vtk_command summarize' -a '(__vtk_inputs)'

# vtk embed
complete -c vtk -n '__vtk_command embed' -l embedder -x -d 'A text embedder, for what words mean: a model of `vtk models list --kind embed`, a GGUF file, or the URL of a server that embeds texts'
complete -c vtk -n '__vtk_command embed' -l clip -x -d 'An image-text model, for what pictures look like: an open_clip model, or the URL of a server that embeds pictures and texts'
complete -c vtk -n '__vtk_command embed' -l pool -d 'Keep one vector a span, the mean, not one a frame and one a text: smaller, but what only one frame shows is harder to find'
complete -c vtk -n '__vtk_command embed' -l signature -d 'Give spans two signatures of frames a second, without a model, by which vtk retrieve --same finds copies'
complete -c vtk -n '__vtk_command embed' -l threads -x -d 'Threads; all cores if not given'
complete -c vtk -n '__vtk_command embed' -l language -x -d 'Language of the words (en, de, …), ISO 639'
complete -c vtk -n '__vtk_command embed' -l decode -x -a 'auto cpu cuda' -d 'Where to decode: auto uses an NVIDIA GPU if there is one'
complete -c vtk -n '__vtk_command embed' -s o -l output -r -F -d 'Write to FILE instead of standard output; it appears when it is complete'
complete -c vtk -n '__vtk_command embed' -s j -l jobs -x -d 'Work in N processes; the order is kept'
complete -c vtk -n '__vtk_command embed' -s 0 -l null -d 'Paths on standard input end with NUL (find -print0)'
complete -c vtk -n '__vtk_command embed' -s q -l quiet -d 'No progress and no warnings, only errors'
complete -c vtk -n '__vtk_command embed' -l log-json -d 'Messages on standard error as JSON Lines'
complete -c vtk -n '__vtk_command embed' -s h -l help -d 'Show this message and exit'
complete -c vtk -n '__vtk_command embed' -a '(__vtk_inputs)'

# vtk index add
complete -c vtk -n '__vtk_command index add' -l prune -d 'Drop videos that are not in the input and whose files are not there any more; if the input is complete, without failures'
complete -c vtk -n '__vtk_command index add' -l embedder -x -d 'A text embedder, for what words mean: a model of `vtk models list --kind embed`, a GGUF file, or the URL of a server that embeds texts'
complete -c vtk -n '__vtk_command index add' -l clip -x -d 'An image-text model, for what pictures look like: an open_clip model, or the URL of a server that embeds pictures and texts'
complete -c vtk -n '__vtk_command index add' -l threads -x -d 'Threads; all cores if not given'
complete -c vtk -n '__vtk_command index add' -l language -x -d 'Language of the words (en, de, …), ISO 639'
complete -c vtk -n '__vtk_command index add' -s o -l output -r -F -d 'Write to FILE instead of standard output; it appears when it is complete'
complete -c vtk -n '__vtk_command index add' -s j -l jobs -x -d 'Work in N processes; the order is kept'
complete -c vtk -n '__vtk_command index add' -s 0 -l null -d 'Paths on standard input end with NUL (find -print0)'
complete -c vtk -n '__vtk_command index add' -s q -l quiet -d 'No progress and no warnings, only errors'
complete -c vtk -n '__vtk_command index add' -l log-json -d 'Messages on standard error as JSON Lines'
complete -c vtk -n '__vtk_command index add' -s h -l help -d 'Show this message and exit'
complete -c vtk -n '__vtk_command index add; and test (__vtk_arguments --embedder --clip --threads --language -o --output -j --jobs) -ge 2' -a '(__vtk_inputs)'

# vtk index info
complete -c vtk -n '__vtk_command index info' -l json -d 'JSON Lines also on a terminal, not a table to read'
complete -c vtk -n '__vtk_command index info' -s q -l quiet -d 'No progress and no warnings, only errors'
complete -c vtk -n '__vtk_command index info' -l log-json -d 'Messages on standard error as JSON Lines'
complete -c vtk -n '__vtk_command index info' -s h -l help -d 'Show this message and exit'

# vtk index merge
complete -c vtk -n '__vtk_command index merge' -s q -l quiet -d 'No progress and no warnings, only errors'
complete -c vtk -n '__vtk_command index merge' -l log-json -d 'Messages on standard error as JSON Lines'
complete -c vtk -n '__vtk_command index merge' -s h -l help -d 'Show this message and exit'

# vtk index verify
complete -c vtk -n '__vtk_command index verify' -l json -d 'JSON Lines also on a terminal, not a table to read'
complete -c vtk -n '__vtk_command index verify' -s q -l quiet -d 'No progress and no warnings, only errors'
complete -c vtk -n '__vtk_command index verify' -l log-json -d 'Messages on standard error as JSON Lines'
complete -c vtk -n '__vtk_command index verify' -s h -l help -d 'Show this message and exit'

# vtk index compact
complete -c vtk -n '__vtk_command index compact' -l now -d 'Remove all old versions, not only those of more than an hour ago: a search that is still reading one of them fails'
complete -c vtk -n '__vtk_command index compact' -s q -l quiet -d 'No progress and no warnings, only errors'
complete -c vtk -n '__vtk_command index compact' -l log-json -d 'Messages on standard error as JSON Lines'
complete -c vtk -n '__vtk_command index compact' -s h -l help -d 'Show this message and exit'

# vtk index drop
complete -c vtk -n '__vtk_command index drop' -l video -x -d 'Videos: a name, the last part of its path, or a shell pattern; may be given again'
complete -c vtk -n '__vtk_command index drop' -l model -r -F -a '(__vtk_models)' -d 'The vectors of this model'
complete -c vtk -n '__vtk_command index drop' -l all -d 'The whole index, with its folder'
complete -c vtk -n '__vtk_command index drop' -s q -l quiet -d 'No progress and no warnings, only errors'
complete -c vtk -n '__vtk_command index drop' -l log-json -d 'Messages on standard error as JSON Lines'
complete -c vtk -n '__vtk_command index drop' -s h -l help -d 'Show this message and exit'

# vtk retrieve
complete -c vtk -n '__vtk_command retrieve' -l queries -r -F -d 'Instead of QUERY: a file with a query a line, or a JSON object a line with `query` and `id`'
complete -c vtk -n '__vtk_command retrieve' -l index -x -a '(__fish_complete_directories)' -d 'Search this index instead of the input'
complete -c vtk -n '__vtk_command retrieve' -l by -x -a 'words meaning looks all' -d 'words: the words that span and query share, no model; meaning: texts that mean alike, by --embedder; looks: pictures that look as described, by --clip; all: those that there are models for'
complete -c vtk -n '__vtk_command retrieve' -s n -x -d 'Results of a query; 0 for all'
complete -c vtk -n '__vtk_command retrieve' -l threshold -x -d 'Leave out results that score lower'
complete -c vtk -n '__vtk_command retrieve' -l per-video -x -d 'Most results of one video; 0 for any number'
complete -c vtk -n '__vtk_command retrieve' -l by-video -d 'Find whole videos, each by its best span'
complete -c vtk -n '__vtk_command retrieve' -l why -d 'Tell in `why` what of a span answers the query'
complete -c vtk -n '__vtk_command retrieve' -l fail-empty -d 'Exit with status 1 if nothing is found'
complete -c vtk -n '__vtk_command retrieve' -l image -r -F -d 'Search for what looks like this picture, by --clip'
complete -c vtk -n '__vtk_command retrieve' -l like -x -d 'Search for what looks or speaks like this stretch of a video: film.mp4#t=10,14'
complete -c vtk -n '__vtk_command retrieve' -l same -d 'With --like: find copies of that stretch instead, by signatures of frames (vtk embed --signature); no model is needed'
complete -c vtk -n '__vtk_command retrieve' -l embedder -x -d 'A text embedder, for what words mean: a model of `vtk models list --kind embed`, a GGUF file, or the URL of a server that embeds texts'
complete -c vtk -n '__vtk_command retrieve' -l clip -x -d 'An image-text model, for what pictures look like: an open_clip model, or the URL of a server that embeds pictures and texts'
complete -c vtk -n '__vtk_command retrieve' -l pool -x -a 'max mean softmax levels chamfer late transport' -d 'How a span with several vectors counts: by the nearest, by their mean, by their mean weighted by nearness, by the best of moments, parts and whole; by each word of the query and each vector (chamfer), by each word (late), by each sentence (transport)'
complete -c vtk -n '__vtk_command retrieve' -l fuse -x -a 'sum rrf max' -d 'How ways to search are joined: by evidence, by ranks, by the best one'
complete -c vtk -n '__vtk_command retrieve' -l weights -x -d 'How much each way to search counts: words=1,meaning=2,looks=1'
complete -c vtk -n '__vtk_command retrieve' -l normalize -x -a 'softmax sinkhorn qbnorm' -d 'Take from spans that are near to every query: softmax and sinkhorn over all queries of --queries, whose results then depend on each other; qbnorm by those of --bank'
complete -c vtk -n '__vtk_command retrieve' -l bank -r -F -d 'Other queries, one a line, that scores are compared with; everyday ones if not given'
complete -c vtk -n '__vtk_command retrieve' -l rerank -x -d 'Let the model judge the first N, and keep only these'
complete -c vtk -n '__vtk_command retrieve' -l rerank-by -x -a 'yesno likelihood' -d 'What the model tells: the probability that a span shows the query, or how much likelier the query is as its caption than as any (nats a token)'
complete -c vtk -n '__vtk_command retrieve' -l rewrite -d 'Compare vectors with the query as the model captions it'
complete -c vtk -n '__vtk_command retrieve' -l diverse -d 'Put first what differs: next comes the best by half its score, scaled to 0..1, less half its likeness to those before'
complete -c vtk -n '__vtk_command retrieve' -l language -x -d 'Language of the words (en, de, …), ISO 639'
complete -c vtk -n '__vtk_command retrieve' -l format -x -a 'jsonl uri' -d 'jsonl: spans with all that is known; uri: media fragments, one a line'
complete -c vtk -n '__vtk_command retrieve' -l print -x -d 'Print this of each result, such as \'{start:hms}\\t{name}\\t{score:.2f}\': fields by their path (keyframes.0.t), uri, name, duration, json; :hms is a clock time'
complete -c vtk -n '__vtk_command retrieve' -l clips -x -a '(__fish_complete_directories)' -d 'Cut each result out into a file in the folder DIR, from the keyframe of the encoding before it, without encoding anew'
complete -c vtk -n '__vtk_command retrieve' -l exact -d 'For --clips: exactly the result, encoded as H.264 in MP4'
complete -c vtk -n '__vtk_command retrieve' -s m -l model -x -d 'A model of vtk models list, a .gguf file or hf:OWNER/REPO/FILE.gguf'
complete -c vtk -n '__vtk_command retrieve' -l endpoint -x -d 'Use the model of an OpenAI-compatible server (llama-server, vLLM)'
complete -c vtk -n '__vtk_command retrieve' -l timeout -x -d 'Most time for an answer of the server, and after a failure for further tries or for the server to come back'
complete -c vtk -n '__vtk_command retrieve' -l mmproj -r -F -d 'The model\'s projector for pictures; found beside the model if exactly one fits'
complete -c vtk -n '__vtk_command retrieve' -l gpu-layers -x -d 'Layers to put on the GPU, if there is one; -1 for all'
complete -c vtk -n '__vtk_command retrieve' -l context -x -d 'Room for a prompt and its answer together; up to 8192 if not given'
complete -c vtk -n '__vtk_command retrieve' -l threads -x -d 'Threads; all cores if not given'
complete -c vtk -n '__vtk_command retrieve' -l flash-attention -l no-flash-attention -d 'Flash attention, which needs less memory; automatic if neither is given'
complete -c vtk -n '__vtk_command retrieve' -l kv-type -x -a 'f16 q8_0 q4_0' -d 'Type of the KV cache: q8_0 halves its memory, q4_0 quarters it'
complete -c vtk -n '__vtk_command retrieve' -l sequences -x -d 'Prompts to work on at once; if not given, 4 on a GPU or a server, else 1'
complete -c vtk -n '__vtk_command retrieve' -l picture-tokens -x -d 'Most tokens for one picture, if the model supports several sizes'
complete -c vtk -n '__vtk_command retrieve' -l least-picture-tokens -x -d 'Fewest tokens for one picture, if the model supports several sizes: small pictures are enlarged; Qwen\'s models need 1024 to find places'
complete -c vtk -n '__vtk_command retrieve' -l pairs -l no-pairs -d 'Show two successive frames as one picture to a model that was trained so (Qwen\'s): half the tokens'
complete -c vtk -n '__vtk_command retrieve' -s o -l output -r -F -d 'Write to FILE instead of standard output; it appears when it is complete'
complete -c vtk -n '__vtk_command retrieve' -s j -l jobs -x -d 'Work in N processes; the order is kept'
complete -c vtk -n '__vtk_command retrieve' -s 0 -l null -d 'Paths on standard input end with NUL (find -print0)'
complete -c vtk -n '__vtk_command retrieve' -s q -l quiet -d 'No progress and no warnings, only errors'
complete -c vtk -n '__vtk_command retrieve' -l log-json -d 'Messages on standard error as JSON Lines'
complete -c vtk -n '__vtk_command retrieve' -s h -l help -d 'Show this message and exit'
complete -c vtk -n '__vtk_command retrieve; and test (__vtk_arguments --queries --index --by -n --threshold --per-video --image --like --embedder --clip --pool --fuse --weights --normalize --bank --rerank --rerank-by --language --format --print --clips -m --model --endpoint --timeout --mmproj --gpu-layers --context --threads --kv-type --sequences --picture-tokens --least-picture-tokens -o --output -j --jobs) -ge 1' -a '(__vtk_inputs)'

# vtk ground
complete -c vtk -n '__vtk_command ground' -l queries -r -F -d 'Instead of QUERY: a file with a query a line, or a JSON object a line with `query`, `id` and `video`, the only one that it is about'
complete -c vtk -n '__vtk_command ground' -l method -x -a 'density topic words in-order llm vlm search scan' -d 'density: most words of the query in the least time, no model; topic: where most is about the query, no model; words: a quotation, to the word in speech, no model; in-order: all queries, in their order; llm: a language model reads timed words; vlm: a vision-language model looks at timed frames; search: its yes or no, window by window; scan: what looks like the query by --clip, or means alike by --embedder'
complete -c vtk -n '__vtk_command ground' -l words -d 'Find the query as a quotation: the same as --method words'
complete -c vtk -n '__vtk_command ground' -l in-order -d 'Place all queries of --queries in their order: the same as --method in-order'
complete -c vtk -n '__vtk_command ground' -s n -x -d 'Moments of a query; 0 for all'
complete -c vtk -n '__vtk_command ground' -l threshold -x -d 'Leave out moments that score lower, 0 to 1'
complete -c vtk -n '__vtk_command ground' -l min-length -x -d 'Widen moments shorter than this'
complete -c vtk -n '__vtk_command ground' -l max-length -x -d 'Longest moment made of several texts'
complete -c vtk -n '__vtk_command ground' -l looks -x -d 'Most looks at a video for a query: windows of search, frames of vlm'
complete -c vtk -n '__vtk_command ground' -l clip -x -d 'An image-text model, for what pictures look like: an open_clip model, or the URL of a server that embeds pictures and texts'
complete -c vtk -n '__vtk_command ground' -l embedder -x -d 'A text embedder, for what words mean: a model of `vtk models list --kind embed`, a GGUF file, or the URL of a server that embeds texts'
complete -c vtk -n '__vtk_command ground' -l fail-empty -d 'Exit with status 1 if nothing is found'
complete -c vtk -n '__vtk_command ground' -l language -x -d 'Language of the words (en, de, …), ISO 639'
complete -c vtk -n '__vtk_command ground' -l format -x -a 'jsonl uri' -d 'jsonl: spans with all that is known; uri: media fragments, one a line'
complete -c vtk -n '__vtk_command ground' -l print -x -d 'Print this of each result, such as \'{start:hms}\\t{name}\\t{score:.2f}\': fields by their path (keyframes.0.t), uri, name, duration, json; :hms is a clock time'
complete -c vtk -n '__vtk_command ground' -l clips -x -a '(__fish_complete_directories)' -d 'Cut each result out into a file in the folder DIR, from the keyframe of the encoding before it, without encoding anew'
complete -c vtk -n '__vtk_command ground' -l exact -d 'For --clips: exactly the result, encoded as H.264 in MP4'
complete -c vtk -n '__vtk_command ground' -s m -l model -x -d 'A model of vtk models list, a .gguf file or hf:OWNER/REPO/FILE.gguf'
complete -c vtk -n '__vtk_command ground' -l endpoint -x -d 'Use the model of an OpenAI-compatible server (llama-server, vLLM)'
complete -c vtk -n '__vtk_command ground' -l timeout -x -d 'Most time for an answer of the server, and after a failure for further tries or for the server to come back'
complete -c vtk -n '__vtk_command ground' -l mmproj -r -F -d 'The model\'s projector for pictures; found beside the model if exactly one fits'
complete -c vtk -n '__vtk_command ground' -l gpu-layers -x -d 'Layers to put on the GPU, if there is one; -1 for all'
complete -c vtk -n '__vtk_command ground' -l context -x -d 'Room for a prompt and its answer together; up to 8192 if not given'
complete -c vtk -n '__vtk_command ground' -l threads -x -d 'Threads; all cores if not given'
complete -c vtk -n '__vtk_command ground' -l flash-attention -l no-flash-attention -d 'Flash attention, which needs less memory; automatic if neither is given'
complete -c vtk -n '__vtk_command ground' -l kv-type -x -a 'f16 q8_0 q4_0' -d 'Type of the KV cache: q8_0 halves its memory, q4_0 quarters it'
complete -c vtk -n '__vtk_command ground' -l sequences -x -d 'Prompts to work on at once; if not given, 4 on a GPU or a server, else 1'
complete -c vtk -n '__vtk_command ground' -l picture-tokens -x -d 'Most tokens for one picture, if the model supports several sizes'
complete -c vtk -n '__vtk_command ground' -l least-picture-tokens -x -d 'Fewest tokens for one picture, if the model supports several sizes: small pictures are enlarged; Qwen\'s models need 1024 to find places'
complete -c vtk -n '__vtk_command ground' -l pairs -l no-pairs -d 'Show two successive frames as one picture to a model that was trained so (Qwen\'s): half the tokens'
complete -c vtk -n '__vtk_command ground' -s o -l output -r -F -d 'Write to FILE instead of standard output; it appears when it is complete'
complete -c vtk -n '__vtk_command ground' -s j -l jobs -x -d 'Work in N processes; the order is kept'
complete -c vtk -n '__vtk_command ground' -s 0 -l null -d 'Paths on standard input end with NUL (find -print0)'
complete -c vtk -n '__vtk_command ground' -s q -l quiet -d 'No progress and no warnings, only errors'
complete -c vtk -n '__vtk_command ground' -l log-json -d 'Messages on standard error as JSON Lines'
complete -c vtk -n '__vtk_command ground' -s h -l help -d 'Show this message and exit'
complete -c vtk -n '__vtk_command ground; and test (__vtk_arguments --queries --method -n --threshold --min-length --max-length --looks --clip --embedder --language --format --print --clips -m --model --endpoint --timeout --mmproj --gpu-layers --context --threads --kv-type --sequences --picture-tokens --least-picture-tokens -o --output -j --jobs) -ge 1' -a '(__vtk_inputs)'

# vtk show
complete -c vtk -n '__vtk_command show' -l width -x -d 'Width of the text in columns'
complete -c vtk -n '__vtk_command show' -s o -l output -r -F -d 'Write to FILE instead of standard output; it appears when it is complete'
complete -c vtk -n '__vtk_command show' -s j -l jobs -x -d 'Work in N processes; the order is kept'
complete -c vtk -n '__vtk_command show' -s 0 -l null -d 'Paths on standard input end with NUL (find -print0)'
complete -c vtk -n '__vtk_command show' -s q -l quiet -d 'No progress and no warnings, only errors'
complete -c vtk -n '__vtk_command show' -l log-json -d 'Messages on standard error as JSON Lines'
complete -c vtk -n '__vtk_command show' -s h -l help -d 'Show this message and exit'
complete -c vtk -n '__vtk_command show' -a '(__vtk_inputs)'

# vtk export parquet
complete -c vtk -n '__vtk_command export parquet' -s o -l output -r -F -d 'Write to FILE instead of standard output; it appears when it is complete'
complete -c vtk -n '__vtk_command export parquet' -s j -l jobs -x -d 'Work in N processes; the order is kept'
complete -c vtk -n '__vtk_command export parquet' -s 0 -l null -d 'Paths on standard input end with NUL (find -print0)'
complete -c vtk -n '__vtk_command export parquet' -s q -l quiet -d 'No progress and no warnings, only errors'
complete -c vtk -n '__vtk_command export parquet' -l log-json -d 'Messages on standard error as JSON Lines'
complete -c vtk -n '__vtk_command export parquet' -s h -l help -d 'Show this message and exit'
complete -c vtk -n '__vtk_command export parquet; and test (__vtk_arguments -o --output -j --jobs) -ge 2' -a '(__vtk_inputs)'

# vtk export webdataset
complete -c vtk -n '__vtk_command export webdataset' -l pictures -l no-pictures -d 'Include the pictures of the keyframes'
complete -c vtk -n '__vtk_command export webdataset' -l clips -d 'Include each span as a clip, with its sound'
complete -c vtk -n '__vtk_command export webdataset' -l height -x -d 'Height of pictures and clips; existing picture files are then not used'
complete -c vtk -n '__vtk_command export webdataset' -l shard-size -x -d 'Most samples in a shard'
complete -c vtk -n '__vtk_command export webdataset' -l shard-mb -x -d 'Most megabytes in a shard, unless it is a single sample'
complete -c vtk -n '__vtk_command export webdataset' -s o -l output -r -F -d 'Write to FILE instead of standard output; it appears when it is complete'
complete -c vtk -n '__vtk_command export webdataset' -s j -l jobs -x -d 'Work in N processes; the order is kept'
complete -c vtk -n '__vtk_command export webdataset' -s 0 -l null -d 'Paths on standard input end with NUL (find -print0)'
complete -c vtk -n '__vtk_command export webdataset' -s q -l quiet -d 'No progress and no warnings, only errors'
complete -c vtk -n '__vtk_command export webdataset' -l log-json -d 'Messages on standard error as JSON Lines'
complete -c vtk -n '__vtk_command export webdataset' -s h -l help -d 'Show this message and exit'
complete -c vtk -n '__vtk_command export webdataset; and test (__vtk_arguments --height --shard-size --shard-mb -o --output -j --jobs) -ge 2' -a '(__vtk_inputs)'

# vtk export edl
complete -c vtk -n '__vtk_command export edl' -l rate -x -d 'Frames per second of the edit: 25, 29.97, 30000/1001'
complete -c vtk -n '__vtk_command export edl' -l drop-frame -l non-drop-frame -d 'How timecodes at 29.97 and 59.94 frames per second count'
complete -c vtk -n '__vtk_command export edl' -l reel -x -d 'The reel, 8 letters and digits'
complete -c vtk -n '__vtk_command export edl' -s o -l output -r -F -d 'Write to FILE instead of standard output; it appears when it is complete'
complete -c vtk -n '__vtk_command export edl' -s j -l jobs -x -d 'Work in N processes; the order is kept'
complete -c vtk -n '__vtk_command export edl' -s 0 -l null -d 'Paths on standard input end with NUL (find -print0)'
complete -c vtk -n '__vtk_command export edl' -s q -l quiet -d 'No progress and no warnings, only errors'
complete -c vtk -n '__vtk_command export edl' -l log-json -d 'Messages on standard error as JSON Lines'
complete -c vtk -n '__vtk_command export edl' -s h -l help -d 'Show this message and exit'
complete -c vtk -n '__vtk_command export edl' -a '(__vtk_inputs)'

# vtk export otio
complete -c vtk -n '__vtk_command export otio' -l rate -x -d 'Frames per second of the edit: 25, 29.97, 30000/1001'
complete -c vtk -n '__vtk_command export otio' -s o -l output -r -F -d 'Write to FILE instead of standard output; it appears when it is complete'
complete -c vtk -n '__vtk_command export otio' -s j -l jobs -x -d 'Work in N processes; the order is kept'
complete -c vtk -n '__vtk_command export otio' -s 0 -l null -d 'Paths on standard input end with NUL (find -print0)'
complete -c vtk -n '__vtk_command export otio' -s q -l quiet -d 'No progress and no warnings, only errors'
complete -c vtk -n '__vtk_command export otio' -l log-json -d 'Messages on standard error as JSON Lines'
complete -c vtk -n '__vtk_command export otio' -s h -l help -d 'Show this message and exit'
complete -c vtk -n '__vtk_command export otio' -a '(__vtk_inputs)'

# vtk export csv
complete -c vtk -n '__vtk_command export csv' -l fields -x -d 'The columns: fields of a span, with a dot for one in another (transition.type)'
complete -c vtk -n '__vtk_command export csv' -l timecode -d 'Add columns with the timecodes of start and end'
complete -c vtk -n '__vtk_command export csv' -l scene-list -d 'Write the columns of PySceneDetect\'s list of scenes'
complete -c vtk -n '__vtk_command export csv' -l each -x -d 'A row for each timed text of this field (speech, events) instead of each span'
complete -c vtk -n '__vtk_command export csv' -l rate -x -d 'Frames per second of the edit: 25, 29.97, 30000/1001'
complete -c vtk -n '__vtk_command export csv' -l drop-frame -l non-drop-frame -d 'How timecodes at 29.97 and 59.94 frames per second count'
complete -c vtk -n '__vtk_command export csv' -s o -l output -r -F -d 'Write to FILE instead of standard output; it appears when it is complete'
complete -c vtk -n '__vtk_command export csv' -s j -l jobs -x -d 'Work in N processes; the order is kept'
complete -c vtk -n '__vtk_command export csv' -s 0 -l null -d 'Paths on standard input end with NUL (find -print0)'
complete -c vtk -n '__vtk_command export csv' -s q -l quiet -d 'No progress and no warnings, only errors'
complete -c vtk -n '__vtk_command export csv' -l log-json -d 'Messages on standard error as JSON Lines'
complete -c vtk -n '__vtk_command export csv' -s h -l help -d 'Show this message and exit'
complete -c vtk -n '__vtk_command export csv' -a '(__vtk_inputs)'

# vtk export tsv
complete -c vtk -n '__vtk_command export tsv' -l fields -x -d 'The columns: fields of a span, with a dot for one in another (transition.type)'
complete -c vtk -n '__vtk_command export tsv' -l timecode -d 'Add columns with the timecodes of start and end'
complete -c vtk -n '__vtk_command export tsv' -l scene-list -d 'Write the columns of PySceneDetect\'s list of scenes'
complete -c vtk -n '__vtk_command export tsv' -l each -x -d 'A row for each timed text of this field (speech, events) instead of each span'
complete -c vtk -n '__vtk_command export tsv' -l rate -x -d 'Frames per second of the edit: 25, 29.97, 30000/1001'
complete -c vtk -n '__vtk_command export tsv' -l drop-frame -l non-drop-frame -d 'How timecodes at 29.97 and 59.94 frames per second count'
complete -c vtk -n '__vtk_command export tsv' -s o -l output -r -F -d 'Write to FILE instead of standard output; it appears when it is complete'
complete -c vtk -n '__vtk_command export tsv' -s j -l jobs -x -d 'Work in N processes; the order is kept'
complete -c vtk -n '__vtk_command export tsv' -s 0 -l null -d 'Paths on standard input end with NUL (find -print0)'
complete -c vtk -n '__vtk_command export tsv' -s q -l quiet -d 'No progress and no warnings, only errors'
complete -c vtk -n '__vtk_command export tsv' -l log-json -d 'Messages on standard error as JSON Lines'
complete -c vtk -n '__vtk_command export tsv' -s h -l help -d 'Show this message and exit'
complete -c vtk -n '__vtk_command export tsv' -a '(__vtk_inputs)'

# vtk export ffmetadata
complete -c vtk -n '__vtk_command export ffmetadata' -s o -l output -r -F -d 'Write to FILE instead of standard output; it appears when it is complete'
complete -c vtk -n '__vtk_command export ffmetadata' -s j -l jobs -x -d 'Work in N processes; the order is kept'
complete -c vtk -n '__vtk_command export ffmetadata' -s 0 -l null -d 'Paths on standard input end with NUL (find -print0)'
complete -c vtk -n '__vtk_command export ffmetadata' -s q -l quiet -d 'No progress and no warnings, only errors'
complete -c vtk -n '__vtk_command export ffmetadata' -l log-json -d 'Messages on standard error as JSON Lines'
complete -c vtk -n '__vtk_command export ffmetadata' -s h -l help -d 'Show this message and exit'
complete -c vtk -n '__vtk_command export ffmetadata' -a '(__vtk_inputs)'

# vtk export webvtt
complete -c vtk -n '__vtk_command export webvtt' -l field -x -d 'The field to show; one with timed texts (speech, events) gives a cue for each'
complete -c vtk -n '__vtk_command export webvtt' -s o -l output -r -F -d 'Write to FILE instead of standard output; it appears when it is complete'
complete -c vtk -n '__vtk_command export webvtt' -s j -l jobs -x -d 'Work in N processes; the order is kept'
complete -c vtk -n '__vtk_command export webvtt' -s 0 -l null -d 'Paths on standard input end with NUL (find -print0)'
complete -c vtk -n '__vtk_command export webvtt' -s q -l quiet -d 'No progress and no warnings, only errors'
complete -c vtk -n '__vtk_command export webvtt' -l log-json -d 'Messages on standard error as JSON Lines'
complete -c vtk -n '__vtk_command export webvtt' -s h -l help -d 'Show this message and exit'
complete -c vtk -n '__vtk_command export webvtt' -a '(__vtk_inputs)'

# vtk export aegisub
complete -c vtk -n '__vtk_command export aegisub' -s o -l output -r -F -d 'Write to FILE instead of standard output; it appears when it is complete'
complete -c vtk -n '__vtk_command export aegisub' -s j -l jobs -x -d 'Work in N processes; the order is kept'
complete -c vtk -n '__vtk_command export aegisub' -s 0 -l null -d 'Paths on standard input end with NUL (find -print0)'
complete -c vtk -n '__vtk_command export aegisub' -s q -l quiet -d 'No progress and no warnings, only errors'
complete -c vtk -n '__vtk_command export aegisub' -l log-json -d 'Messages on standard error as JSON Lines'
complete -c vtk -n '__vtk_command export aegisub' -s h -l help -d 'Show this message and exit'
complete -c vtk -n '__vtk_command export aegisub' -a '(__vtk_inputs)'

# vtk export srt
complete -c vtk -n '__vtk_command export srt' -l line-length -x -d 'Most characters in a line'
complete -c vtk -n '__vtk_command export srt' -l reading-speed -x -d 'Characters that are read per second: cues stay long enough for that, as far as the next one allows'
complete -c vtk -n '__vtk_command export srt' -l plain -d 'Lay out subtitles anew that were read from a file, without their tags and line breaks'
complete -c vtk -n '__vtk_command export srt' -l embed -d 'Write a copy of the video, named by -o, with the subtitles as a track; nothing is re-encoded'
complete -c vtk -n '__vtk_command export srt' -s o -l output -r -F -d 'Write to FILE instead of standard output; it appears when it is complete'
complete -c vtk -n '__vtk_command export srt' -s j -l jobs -x -d 'Work in N processes; the order is kept'
complete -c vtk -n '__vtk_command export srt' -s 0 -l null -d 'Paths on standard input end with NUL (find -print0)'
complete -c vtk -n '__vtk_command export srt' -s q -l quiet -d 'No progress and no warnings, only errors'
complete -c vtk -n '__vtk_command export srt' -l log-json -d 'Messages on standard error as JSON Lines'
complete -c vtk -n '__vtk_command export srt' -s h -l help -d 'Show this message and exit'
complete -c vtk -n '__vtk_command export srt' -a '(__vtk_inputs)'

# vtk export vtt
complete -c vtk -n '__vtk_command export vtt' -l line-length -x -d 'Most characters in a line'
complete -c vtk -n '__vtk_command export vtt' -l reading-speed -x -d 'Characters that are read per second: cues stay long enough for that, as far as the next one allows'
complete -c vtk -n '__vtk_command export vtt' -l plain -d 'Lay out subtitles anew that were read from a file, without their tags and line breaks'
complete -c vtk -n '__vtk_command export vtt' -l highlight -d 'Mark when each word is said, if that is known'
complete -c vtk -n '__vtk_command export vtt' -l embed -d 'Write a copy of the video, named by -o, with the subtitles as a track; nothing is re-encoded'
complete -c vtk -n '__vtk_command export vtt' -s o -l output -r -F -d 'Write to FILE instead of standard output; it appears when it is complete'
complete -c vtk -n '__vtk_command export vtt' -s j -l jobs -x -d 'Work in N processes; the order is kept'
complete -c vtk -n '__vtk_command export vtt' -s 0 -l null -d 'Paths on standard input end with NUL (find -print0)'
complete -c vtk -n '__vtk_command export vtt' -s q -l quiet -d 'No progress and no warnings, only errors'
complete -c vtk -n '__vtk_command export vtt' -l log-json -d 'Messages on standard error as JSON Lines'
complete -c vtk -n '__vtk_command export vtt' -s h -l help -d 'Show this message and exit'
complete -c vtk -n '__vtk_command export vtt' -a '(__vtk_inputs)'

# vtk export ass
complete -c vtk -n '__vtk_command export ass' -l line-length -x -d 'Most characters in a line'
complete -c vtk -n '__vtk_command export ass' -l reading-speed -x -d 'Characters that are read per second: cues stay long enough for that, as far as the next one allows'
complete -c vtk -n '__vtk_command export ass' -l plain -d 'Lay out subtitles anew that were read from a file, without their tags and line breaks'
complete -c vtk -n '__vtk_command export ass' -l embed -d 'Write a copy of the video, named by -o, with the subtitles as a track; nothing is re-encoded'
complete -c vtk -n '__vtk_command export ass' -s o -l output -r -F -d 'Write to FILE instead of standard output; it appears when it is complete'
complete -c vtk -n '__vtk_command export ass' -s j -l jobs -x -d 'Work in N processes; the order is kept'
complete -c vtk -n '__vtk_command export ass' -s 0 -l null -d 'Paths on standard input end with NUL (find -print0)'
complete -c vtk -n '__vtk_command export ass' -s q -l quiet -d 'No progress and no warnings, only errors'
complete -c vtk -n '__vtk_command export ass' -l log-json -d 'Messages on standard error as JSON Lines'
complete -c vtk -n '__vtk_command export ass' -s h -l help -d 'Show this message and exit'
complete -c vtk -n '__vtk_command export ass' -a '(__vtk_inputs)'

# vtk export lrc
complete -c vtk -n '__vtk_command export lrc' -l highlight -d 'Mark when each word is said, if that is known'
complete -c vtk -n '__vtk_command export lrc' -s o -l output -r -F -d 'Write to FILE instead of standard output; it appears when it is complete'
complete -c vtk -n '__vtk_command export lrc' -s j -l jobs -x -d 'Work in N processes; the order is kept'
complete -c vtk -n '__vtk_command export lrc' -s 0 -l null -d 'Paths on standard input end with NUL (find -print0)'
complete -c vtk -n '__vtk_command export lrc' -s q -l quiet -d 'No progress and no warnings, only errors'
complete -c vtk -n '__vtk_command export lrc' -l log-json -d 'Messages on standard error as JSON Lines'
complete -c vtk -n '__vtk_command export lrc' -s h -l help -d 'Show this message and exit'
complete -c vtk -n '__vtk_command export lrc' -a '(__vtk_inputs)'

# vtk export txt
complete -c vtk -n '__vtk_command export txt' -s o -l output -r -F -d 'Write to FILE instead of standard output; it appears when it is complete'
complete -c vtk -n '__vtk_command export txt' -s j -l jobs -x -d 'Work in N processes; the order is kept'
complete -c vtk -n '__vtk_command export txt' -s 0 -l null -d 'Paths on standard input end with NUL (find -print0)'
complete -c vtk -n '__vtk_command export txt' -s q -l quiet -d 'No progress and no warnings, only errors'
complete -c vtk -n '__vtk_command export txt' -l log-json -d 'Messages on standard error as JSON Lines'
complete -c vtk -n '__vtk_command export txt' -s h -l help -d 'Show this message and exit'
complete -c vtk -n '__vtk_command export txt' -a '(__vtk_inputs)'

# vtk models list
complete -c vtk -n '__vtk_command models list' -l kind -x -a 'vlm llm ocr clip embed rerank speech' -d 'Only one kind: vision-language (vlm), language (llm), text in pictures (ocr), image-text embedders (clip), embedders of text (embed), rerankers (rerank), speech recognition (speech)'
complete -c vtk -n '__vtk_command models list' -l installed -d 'Only those that are installed'
complete -c vtk -n '__vtk_command models list' -l json -d 'JSON Lines also on a terminal, not a table to read'
complete -c vtk -n '__vtk_command models list' -s q -l quiet -d 'No progress and no warnings, only errors'
complete -c vtk -n '__vtk_command models list' -l log-json -d 'Messages on standard error as JSON Lines'
complete -c vtk -n '__vtk_command models list' -s h -l help -d 'Show this message and exit'

# vtk models pull
complete -c vtk -n '__vtk_command models pull' -l json -d 'JSON Lines also on a terminal, not a table to read'
complete -c vtk -n '__vtk_command models pull' -s q -l quiet -d 'No progress and no warnings, only errors'
complete -c vtk -n '__vtk_command models pull' -l log-json -d 'Messages on standard error as JSON Lines'
complete -c vtk -n '__vtk_command models pull' -s h -l help -d 'Show this message and exit'
complete -c vtk -n '__vtk_command models pull' -a '(__vtk_models)'

# vtk models path
complete -c vtk -n '__vtk_command models path' -s q -l quiet -d 'No progress and no warnings, only errors'
complete -c vtk -n '__vtk_command models path' -l log-json -d 'Messages on standard error as JSON Lines'
complete -c vtk -n '__vtk_command models path' -s h -l help -d 'Show this message and exit'
complete -c vtk -n '__vtk_command models path; and test (__vtk_arguments ) -eq 1' -a '(__vtk_models)'

# vtk models verify
complete -c vtk -n '__vtk_command models verify' -l json -d 'JSON Lines also on a terminal, not a table to read'
complete -c vtk -n '__vtk_command models verify' -s q -l quiet -d 'No progress and no warnings, only errors'
complete -c vtk -n '__vtk_command models verify' -l log-json -d 'Messages on standard error as JSON Lines'
complete -c vtk -n '__vtk_command models verify' -s h -l help -d 'Show this message and exit'
complete -c vtk -n '__vtk_command models verify' -a '(__vtk_models)'

# vtk models doctor
complete -c vtk -n '__vtk_command models doctor' -l json -d 'JSON Lines also on a terminal, not a table to read'
complete -c vtk -n '__vtk_command models doctor' -s q -l quiet -d 'No progress and no warnings, only errors'
complete -c vtk -n '__vtk_command models doctor' -l log-json -d 'Messages on standard error as JSON Lines'
complete -c vtk -n '__vtk_command models doctor' -s h -l help -d 'Show this message and exit'

# vtk models bench
complete -c vtk -n '__vtk_command models bench' -l count -x -d 'Pictures or texts to measure with'
complete -c vtk -n '__vtk_command models bench' -l tokens -x -d 'Most tokens in an answer'
complete -c vtk -n '__vtk_command models bench' -l json -d 'JSON Lines also on a terminal, not a table to read'
complete -c vtk -n '__vtk_command models bench' -l endpoint -x -d 'Use the model of an OpenAI-compatible server (llama-server, vLLM)'
complete -c vtk -n '__vtk_command models bench' -l timeout -x -d 'Most time for an answer of the server, and after a failure for further tries or for the server to come back'
complete -c vtk -n '__vtk_command models bench' -l mmproj -r -F -d 'The model\'s projector for pictures; found beside the model if exactly one fits'
complete -c vtk -n '__vtk_command models bench' -l gpu-layers -x -d 'Layers to put on the GPU, if there is one; -1 for all'
complete -c vtk -n '__vtk_command models bench' -l context -x -d 'Room for a prompt and its answer together; up to 8192 if not given'
complete -c vtk -n '__vtk_command models bench' -l threads -x -d 'Threads; all cores if not given'
complete -c vtk -n '__vtk_command models bench' -l flash-attention -l no-flash-attention -d 'Flash attention, which needs less memory; automatic if neither is given'
complete -c vtk -n '__vtk_command models bench' -l kv-type -x -a 'f16 q8_0 q4_0' -d 'Type of the KV cache: q8_0 halves its memory, q4_0 quarters it'
complete -c vtk -n '__vtk_command models bench' -l sequences -x -d 'Prompts to work on at once; if not given, 4 on a GPU or a server, else 1'
complete -c vtk -n '__vtk_command models bench' -l picture-tokens -x -d 'Most tokens for one picture, if the model supports several sizes'
complete -c vtk -n '__vtk_command models bench' -l least-picture-tokens -x -d 'Fewest tokens for one picture, if the model supports several sizes: small pictures are enlarged; Qwen\'s models need 1024 to find places'
complete -c vtk -n '__vtk_command models bench' -l pairs -l no-pairs -d 'Show two successive frames as one picture to a model that was trained so (Qwen\'s): half the tokens'
complete -c vtk -n '__vtk_command models bench' -s q -l quiet -d 'No progress and no warnings, only errors'
complete -c vtk -n '__vtk_command models bench' -l log-json -d 'Messages on standard error as JSON Lines'
complete -c vtk -n '__vtk_command models bench' -s h -l help -d 'Show this message and exit'
complete -c vtk -n '__vtk_command models bench; and test (__vtk_arguments --count --tokens --endpoint --timeout --mmproj --gpu-layers --context --threads --kv-type --sequences --picture-tokens --least-picture-tokens) -eq 1' -a '(__vtk_models)'

# vtk models check
complete -c vtk -n '__vtk_command models check' -l skill -x -d 'Only this skill; may be given again. All that the model claims if not given'
complete -c vtk -n '__vtk_command models check' -l count -x -d 'Pictures, clips or texts for each skill'
complete -c vtk -n '__vtk_command models check' -l seed -x -d 'Choose other questions'
complete -c vtk -n '__vtk_command models check' -l json -d 'JSON Lines also on a terminal, not a table to read'
complete -c vtk -n '__vtk_command models check' -l endpoint -x -d 'Use the model of an OpenAI-compatible server (llama-server, vLLM)'
complete -c vtk -n '__vtk_command models check' -l timeout -x -d 'Most time for an answer of the server, and after a failure for further tries or for the server to come back'
complete -c vtk -n '__vtk_command models check' -l mmproj -r -F -d 'The model\'s projector for pictures; found beside the model if exactly one fits'
complete -c vtk -n '__vtk_command models check' -l gpu-layers -x -d 'Layers to put on the GPU, if there is one; -1 for all'
complete -c vtk -n '__vtk_command models check' -l context -x -d 'Room for a prompt and its answer together; up to 8192 if not given'
complete -c vtk -n '__vtk_command models check' -l threads -x -d 'Threads; all cores if not given'
complete -c vtk -n '__vtk_command models check' -l flash-attention -l no-flash-attention -d 'Flash attention, which needs less memory; automatic if neither is given'
complete -c vtk -n '__vtk_command models check' -l kv-type -x -a 'f16 q8_0 q4_0' -d 'Type of the KV cache: q8_0 halves its memory, q4_0 quarters it'
complete -c vtk -n '__vtk_command models check' -l sequences -x -d 'Prompts to work on at once; if not given, 4 on a GPU or a server, else 1'
complete -c vtk -n '__vtk_command models check' -l picture-tokens -x -d 'Most tokens for one picture, if the model supports several sizes'
complete -c vtk -n '__vtk_command models check' -l least-picture-tokens -x -d 'Fewest tokens for one picture, if the model supports several sizes: small pictures are enlarged; Qwen\'s models need 1024 to find places'
complete -c vtk -n '__vtk_command models check' -l pairs -l no-pairs -d 'Show two successive frames as one picture to a model that was trained so (Qwen\'s): half the tokens'
complete -c vtk -n '__vtk_command models check' -s q -l quiet -d 'No progress and no warnings, only errors'
complete -c vtk -n '__vtk_command models check' -l log-json -d 'Messages on standard error as JSON Lines'
complete -c vtk -n '__vtk_command models check' -s h -l help -d 'Show this message and exit'
complete -c vtk -n '__vtk_command models check; and test (__vtk_arguments --skill --count --seed --endpoint --timeout --mmproj --gpu-layers --context --threads --kv-type --sequences --picture-tokens --least-picture-tokens) -eq 1' -a '(__vtk_models)'

# vtk schema
complete -c vtk -n '__vtk_command schema' -s h -l help -d 'Show this message and exit'
