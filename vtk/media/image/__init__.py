"""Single frames: thumbnails, colours as they are meant, and files of pictures."""
