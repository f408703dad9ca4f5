using LossGen.Compiler.Graph;
using LossGen.Compiler.Schedule;
using LossGen.Compiler.Text;

namespace LossGen.Compiler.Emit.Torch;

/// <summary>
/// Names for the intermediate tensors of one method: the formula's or the field's word where there is one, numbered where it is taken.
/// </summary>
internal sealed class OperationNames(LossGraph graph)
{
    private readonly Dictionary<Node, string> names = [];

    // The names that the generated methods use themselves.
    private readonly HashSet<string> taken = ["input", "upstream", "statistics"];

    public string? Find(Node node) => names.TryGetValue(node, out string? name) ? name : null;

    public string Add(Node node, bool isNumber)
    {
        string word = Word(node, isNumber), name = word;
        for (int k = 2; !taken.Add(name); k++)
            name = word + k;
        names[node] = name;
        return name;
    }

    private string Word(Node node, bool isNumber)
    {
        if (graph.Builder.NameOf(node) is { Length: > 0 } own && own.All(char.IsLetterOrDigit) && char.IsLower(own[0])
            && !CSharpWords.IsKeyword(own) && !CSharpWords.IsContextualKeyword(own))
            return own;
        return node.Op switch
        {
            Op.Logit => "x",
            Op.Target => "y",
            Op.Softmax or Op.Sigmoid => "p",
            Op.SoftmaxComplement => "complement",
            Op.LogSumExp => "logSumExp",
            Op.Add when OperationText.LogSoftmax(graph.Builder, node) is var (_, atLabel) => atLabel ? "logAtLabel" : "logP",
            Op.Add when LogarithmOfSoftmax.AtLabel(graph.Builder, node) is not null => "logAtLabel",
            Op.Softplus => "softplus",
            Op.ClassMaximum => "maximum",
            Op.PixelMaximum => "largest",
            Op.Correlate => node.Window!.IsShift ? "shifted" : "window",
            Op.Pool or Op.PoolSlope => "pooled",
            Op.Distance => "distance",
            Op.Sum when node.Attribute.Has(Axes.Pixel) => "sum",
            Op.Sum when GraphBuilder.IsPick(node) => "atLabel",
            _ when node.Operation().IsCondition => "condition",
            _ when isNumber => "number",
            _ when node.IsPixel => node.Axes.Has(Axes.Class) ? "element" : "pixel",
            _ when node.Axes.Has(Axes.Class) => "perClass",
            _ => "scalar",
        };
    }
}
