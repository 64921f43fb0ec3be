"""HighLevel calendar resources: creating equipment and rooms."""
