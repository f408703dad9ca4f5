using System.Globalization;
using System.Reflection;
using LossGen.Differential.Checks;
using LossGen.Differential.Compositions;
using LossGen.Differential.Losses;
using Xunit;

namespace LossGen.Differential.Numerics;

/// <summary>An option of the catalogue that a property feeds gives what the same number gives as a constant.</summary>
public sealed class RunTimeOptionTests
{
    /// <summary>
    /// Every number option of the catalogue at the ends and the middle of what it may be, with right and wrong pixels far out.
    /// </summary>
    [Fact]
    public void EveryOptionOfTheCatalogueIsTheConstant()
    {
        List<(CatalogueTerm Term, PropertyInfo Option, double Number)> cases = [.. from term in CatalogueTerm.All
                                                                                 where term.Inputs.Length == 0
                                                                                 from option in term.Options
                                                                                 where option.PropertyType == typeof(double)
                                                                                 from number in Points(option)
                                                                                 select (term, option, number)];
        Assert.True(cases.Count > 100);
        DeclarationCompiler compiler = SharedEngine.Compile(cases.SelectMany(c => new[] { Constant(c.Term, c.Option, c.Number),
            RunTime(c.Term, c.Option) }));
        List<string> failures = [];
        foreach ((CatalogueTerm term, PropertyInfo option, double number) in cases)
        {
            Batch batch = BatchFor(term);
            ILoss constant = compiler.Create(Constant(term, option, number));
            foreach ((string road, Func<ILoss, Found> run) in Roads(batch))
            {
                ILoss loss = compiler.Create(RunTime(term, option));
                loss.GetType().GetProperty(option.Name)!.SetValue(loss, number);
                Found expected = run(constant), found = run(loss);
                string? wrong = Difference(expected.Elements, found.Elements) ?? Difference(expected.Gradient, found.Gradient);
                if (wrong is not null)
                    failures.Add($"{term.Name}.{option.Name} = {number} by {road}: {wrong}");
            }
        }

        Assert.True(failures.Count == 0, string.Join("\n", failures));
    }

    /// <summary>Outside of its range a run-time parameter is an error of the call, on every road.</summary>
    [Theory]
    [InlineData("Welsch", "Scale", 0, "Scale of Declared is 0; it must be above 0.")]
    [InlineData("AsymmetricFocal", "Epsilon", 0.75, "Epsilon of Declared is 0.75; it must be from 0, below 0.5.")]
    [InlineData("Focal", "Gamma", double.NaN, "Gamma of Declared is NaN; it must be from 0.")]
    [InlineData("Dice", "SmoothNumerator", double.PositiveInfinity, "it must be from 0, or NaN.")]
    public void OutsideOfItsRangeItIsAnError(string term, string option, double number, string message)
    {
        CatalogueTerm found = CatalogueTerm.All.First(known => known.Name == term);
        string declaration = RunTime(found, found.Options.First(known => known.Name == option));
        DeclarationCompiler compiler = DeclarationCompiler.Compile([declaration]);
        Batch batch = BatchFor(found);
        Action<ILoss>[] roads =
        [
            loss => StatedCase.Reference(loss, batch),
            .. Roads(batch).Select(road => new Action<ILoss>(loss => road.Run(loss))),
            loss => TorchBackend.Run(loss, batch, [], TorchRoad.Kernel),
        ];
        foreach (Action<ILoss> run in roads)
        {
            ILoss loss = compiler.Create(declaration);
            loss.GetType().GetProperty(option)!.SetValue(loss, number);
            Assert.Contains(message, Assert.Throws<ArgumentOutOfRangeException>(() => run(loss)).Message, StringComparison.Ordinal);
        }
    }

    private static IEnumerable<(string Road, Func<ILoss, Found> Run)> Roads(Batch batch)
    {
        yield return ("the CPU in double", loss => CpuBackend.InDouble(loss, batch, []));
        yield return ("tensor operations", loss => TorchBackend.Run(loss, batch, [], TorchRoad.InOperations));
    }

    // NaN and infinity are as they are with the constant.
    private static string? Difference(double[] expected, double[] found)
    {
        for (int i = 0; i < expected.Length; i++)
        {
            if (!expected[i].Equals(found[i]) && !(Math.Abs(expected[i] - found[i]) <= 1e-9 * (1 + Math.Abs(expected[i]))))
                return $"{string.Join(", ", found)} instead of {string.Join(", ", expected)}";
        }

        return null;
    }

    private static IEnumerable<double> Points(PropertyInfo option) => option.GetCustomAttribute<OptionRangeAttribute>() is { } range
        ? new[] { 0, 0.5, 1, 2 }.Where(range.Contains)
        : [];

    private static Batch BatchFor(CatalogueTerm term)
    {
        bool isNumber = CatalogueLoss.All.First(loss => loss.Name == term.Name).Activation == Activation.None;
        return isNumber
            ? StatedCase.Dense(1, 4, [0, 0.5, 1, 0.25, 0.25, 0.5, 1, 1, 0.75, 2, 1, 3, 2, 0.5, 1, 0.5], 0, 0, 1, 0, 0.25, 1, 0, 0, 1, 1, 1,
            1, 2, 0.5, 1, 0)
            : StatedCase.Indexed(1, 4, [120, 0, -1, 0.5, 0, 1, -2, 0.5, 0, 1, 3, 40, 0, 1, 2, 0], 0, 1, 3, 2);
    }

    private static string Constant(CatalogueTerm term, PropertyInfo option, double number) => $"""
        {LossOf(term)}
        [{term.Name}({option.Name} = {number.ToString("R", CultureInfo.InvariantCulture)})]
        public sealed partial class Declared;
        """;

    private static string RunTime(CatalogueTerm term, PropertyInfo option) => $$"""
        {{LossOf(term)}}
        [{{term.Name}}]
        public sealed partial class Declared
        {
            public double {{option.Name}} { get; set; }
        }
        """;

    private static string LossOf(CatalogueTerm term)
    {
        Activation activation = CatalogueLoss.All.First(loss => loss.Name == term.Name).Activation;
        return $"[Loss(Activation.{activation}, Target = TargetKind.{(activation == Activation.None ? "Dense" : "Index")})]";
    }
}
