"""Single frames: thumbnails, correct colours, and image files."""
