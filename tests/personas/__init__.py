"""What people do with vtk, each as a script that ends in the thing that they wanted."""
