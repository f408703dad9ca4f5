using System.Globalization;
using LossGen.Differential.Checks;
using TorchSharp;
using Xunit;
using static TorchSharp.torch;

namespace LossGen.Differential.Numerics;

/// <summary>
/// Value and gradient of every loss of the catalogue at logits from 0 to infinity, in float and in half: finite where the logits are, NaN
/// where they are NaN. docs/numerics.md shows those of a few losses that stand for the others.
/// </summary>
public sealed class NumericsPageTests
{
    private static readonly (string Name, double Size)[] Columns =
        [("0", 0), ("±1", 1), ("±30", 30), ("±100", 100), ("±1e4", 1e4), ("±inf", double.PositiveInfinity), ("NaN", double.NaN)];

    // Computed by the kernels in float, and by tensor operations in half.
    private static readonly (string Name, TorchRoad Road)[] Types = [("float", new(false, ScalarType.Float32)),
        ("half", new(true, ScalarType.Float16))];

    // One of each kind that behaves differently far out, and the one that leaves the range of half first.
    private static readonly (string Loss, string Type)[] Shown =
        [("Dice", "float"), ("CrossEntropy", "float"), ("Focal", "float"), ("MeanSquaredError", "float"), ("MeanSquaredError", "half")];

    private const double LargestHalf = 65504;

    private static readonly Lazy<List<(CatalogueLoss Loss, string Type, (double Value, double Gradient)[] Cells)>> Rows = new(Compute);

    [Fact]
    public void ShowsWhatComesOut()
    {
        string? difference = DocumentTable.Difference("numerics.md", "logits", Lines());
        Assert.True(difference is null, difference);
    }

    /// <summary>Finite logits give numbers, but for values that the type cannot hold.</summary>
    [Fact]
    public void FiniteLogitsGiveNumbers()
    {
        foreach ((CatalogueLoss loss, string type, (double Value, double Gradient)[] cells) in Rows.Value)
        {
            (double Value, double Gradient)[] exact = Rows.Value.First(row => row.Loss == loss && row.Type == "float").Cells;
            for (int k = 0; k < Columns.Length; k++)
            {
                if (!double.IsFinite(Columns[k].Size))
                    continue;
                bool fits = type == "float" || (Math.Abs(exact[k].Value) < LargestHalf && exact[k].Gradient < LargestHalf);
                Assert.True(!fits || (double.IsFinite(cells[k].Value) && double.IsFinite(cells[k].Gradient)),
                    $"{loss.Name} in {type} at {Columns[k].Name}: {Cell(cells[k])}");
            }
        }
    }

    /// <summary>A broken network is not hidden.</summary>
    [Fact]
    public void NaNStaysNaN() => Assert.All(Rows.Value, row => Assert.True(double.IsNaN(row.Cells[^1].Value),
        $"{row.Loss.Name} in {row.Type}: {Cell(row.Cells[^1])}"));

    private static IEnumerable<string> Lines()
    {
        yield return $"| loss | {string.Join(" | ", Columns.Select(column => column.Name))} |";
        yield return "|---|" + string.Concat(Enumerable.Repeat("---|", Columns.Length));
        foreach ((string name, string shownType) in Shown)
        {
            (CatalogueLoss loss, string type, (double Value, double Gradient)[] cells) = Rows.Value.Single(row => row.Loss.Name == name
                && row.Type == shownType);
            yield return $"| {loss.Name}, {loss.Activation}, {type} | {string.Join(" | ", cells.Select(Cell))} |";
        }
    }

    private static string Cell((double Value, double Gradient) cell) => $"{Text(cell.Value)}; {Text(cell.Gradient)}";

    private static string Text(double number) =>
        double.IsNaN(number) ? "NaN" : double.IsInfinity(number) ? (number > 0 ? "inf" : "-inf") : number == 0 ? "0"
            : number.ToString("G3", CultureInfo.InvariantCulture);

    private static List<(CatalogueLoss, string, (double, double)[])> Compute()
    {
        CatalogueLoss[] losses = [.. CatalogueLoss.All];
        DeclarationCompiler compiler = SharedEngine.Compile(losses.Select(loss => loss.Declaration));
        return [.. from loss in losses
                   from type in Types
                   select (loss, type.Name, Columns.Select(column => Run(loss, compiler, column.Size, type.Road)).ToArray())];
    }

    private static (double Value, double Gradient) Run(CatalogueLoss loss, DeclarationCompiler compiler, double size, TorchRoad road)
    {
        ILoss declared = compiler.Create(loss.Declaration);
        using var module = (nn.Module)declared;
        return TorchBackend.On(declared, road, () => Run(loss, module, size, road.Type));
    }

    private static (double Value, double Gradient) Run(CatalogueLoss loss, nn.Module module, double size, ScalarType type)
    {
        Tensor logits = loss.Logits(size).to_type(type).requires_grad_();
        Tensor[] maps = [.. ((ILoss)module).Definition.Inputs.Select(input => ones(input.Kind == InputKind.Element ? logits.shape
            : [logits.shape[0], .. logits.shape[2..]], type))];
        Tensor[] arguments = [logits, loss.Target(type), .. maps];
        var value = (Tensor)module.GetType().GetMethod("forward", [.. arguments.Select(_ => typeof(Tensor))])!.Invoke(module, arguments)!;
        value.backward();
        Tensor gradient = logits.grad!.to_type(ScalarType.Float64).abs();
        return (value.to_type(ScalarType.Float64).item<double>(), gradient.isnan().any().item<bool>() ? double.NaN
            : gradient.max().item<double>());
    }
}
