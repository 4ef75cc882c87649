"""Images, masks, boxes and volumes: opened within bounds, brought to one size, kept while they are needed."""
