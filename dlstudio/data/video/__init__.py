"""Clips of any form: files of videos and animations, folders of numbered pictures."""
