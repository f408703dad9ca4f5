using LossGen.Generator.Model;
using LossGen.Generator.Parse;

namespace LossGen.Generator.Emit.Torch;

/// <summary>The base class of a loss module, and the parameters of its methods: logits, target and the loss's own inputs.</summary>
internal static class TorchSignature
{
    private const string Tensor = "global::TorchSharp.torch.Tensor";

    // TorchSharp's losses take up to four tensors, its modules more.
    private const int MostInputsOfALoss = 2;

    // Names that the methods use themselves.
    private static readonly string[] Taken = ["input", "inputs", "target", "logits", "gradient", "supervision", "upstream"];

    /// <summary>The base class is TorchSharp's own for losses.</summary>
    public static bool IsLoss(LossModel model) => model.Inputs.Count <= MostInputsOfALoss;

    public static string Base(LossModel model)
    {
        string tensors = string.Join(", ", Enumerable.Repeat(Tensor, model.Inputs.Count + 3));
        return IsLoss(model) ? $"global::TorchSharp.Loss<{tensors}>" : $"global::TorchSharp.torch.nn.Module<{tensors}>";
    }

    /// <summary>The inputs as parameters, each with a comma in front.</summary>
    public static string Parameters(LossModel model) => string.Concat(model.Inputs.Select(input => $", {Tensor} {Name(input)}"));

    /// <summary>The inputs as arguments, each with a comma in front.</summary>
    public static string Arguments(LossModel model) => string.Concat(model.Inputs.Select(input => ", " + Name(input)));

    /// <summary>An input's name as a parameter.</summary>
    public static string Name(InputModel input) => Taken.Contains(input.Name) ? input.Name + "Map" : TypeHeader.Escape(input.Name);
}
