"""What is shown on screens: contents, who gets which, and what an author may publish."""
