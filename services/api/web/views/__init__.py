"""What the pages show, worked out of what the API answers. Pure: values in, values out; templates only lay them out."""
