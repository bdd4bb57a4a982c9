//! Values that are handed to a browser and trusted when they come back.
