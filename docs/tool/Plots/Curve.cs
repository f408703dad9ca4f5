namespace LossGen.Pages.Plots;

/// <summary>A line of a picture: a declaration, and the data that are its own.</summary>
/// <param name="Label">What the legend says.</param>
/// <param name="Arguments">The arguments of the term's attribute, as C#.</param>
/// <param name="Target">The dense target, or null for what the scene takes.</param>
/// <param name="Input">What the term's input is everywhere.</param>
internal sealed record Curve(string Label, string Arguments, double? Target = null, double Input = 1);

/// <summary>Numbers that a scene has found for a curve.</summary>
/// <param name="X">Where.</param>
/// <param name="Value">The loss.</param>
/// <param name="Gradients">Its derivative, one line or two.</param>
internal sealed record Samples(double[] X, double[] Value, double[][] Gradients);
