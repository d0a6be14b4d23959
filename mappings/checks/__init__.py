"""What is wrong with a mapping file, told when it is loaded, or with a draft, told before it is sent."""
