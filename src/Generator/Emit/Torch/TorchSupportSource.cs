namespace LossGen.Generator.Emit;

/// <summary>The file that every project with TorchSharp gets once.</summary>
internal static class TorchSupportSource
{
    public const string Text = "";
}
