using LossGen.Compiler.Model;
using LossGen.Compiler.Text;

namespace LossGen.Compiler.Emit.Torch;

/// <summary>The base class of a loss module, and the parameters of its methods: logits, target and the loss's own inputs.</summary>
internal static class TorchSignature
{
    private const string Tensor = "global::TorchSharp.torch.Tensor";

    // TorchSharp's losses take up to four tensors, its modules more.
    private const int MostInputsOfALoss = 2;

    // Names that the methods use themselves.
    private static readonly string[] Taken = ["input", "inputs", "target", "logits", "gradient", "supervision", "upstream",
        GeneratedNames.IndexInstance, GeneratedNames.DenseInstance];

    /// <summary>The base class is TorchSharp's own for losses.</summary>
    public static bool IsLoss(LossModel model) => IsLoss(model.Inputs.Count);

    /// <summary>The same of a loss with so many inputs.</summary>
    public static bool IsLoss(int inputs) => inputs <= MostInputsOfALoss;

    public static string Base(LossModel model)
    {
        string tensors = string.Join(", ", Enumerable.Repeat(Tensor, model.Inputs.Count + 3));
        return IsLoss(model) ? $"global::TorchSharp.Loss<{tensors}>" : $"global::TorchSharp.torch.nn.Module<{tensors}>";
    }

    /// <summary>The inputs as parameters, each with a comma in front.</summary>
    public static string Parameters(LossModel model) => string.Concat(Names(model).Select(name => $", {Tensor} {name}"));

    /// <summary>The inputs as arguments, each with a comma in front.</summary>
    public static string Arguments(LossModel model) => string.Concat(Names(model).Select(name => ", " + name));

    /// <summary>The names of the inputs as parameters: their own, unless the methods have a parameter of that name.</summary>
    public static IReadOnlyList<string> Names(LossModel model)
    {
        var names = new List<string>();
        foreach (InputModel input in model.Inputs)
        {
            string name = input.Name;
            for (int k = 1; Taken.Contains(name) || names.Contains(name) || (k > 1 && model.Inputs.Any(other => other.Name == name)); k++)
                name = input.Name + "Map" + (k > 1 ? Literal.Of(k) : "");
            names.Add(name);
        }

        return names.ConvertAll(CSharpWords.Escape);
    }
}
