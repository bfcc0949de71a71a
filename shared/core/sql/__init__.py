"""What tables and statements are declared with. The build compiles them, so none of this ships."""
