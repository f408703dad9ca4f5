using System.Reflection;
using LossGen.Generator.Tests.Helpers;

namespace LossGen.Generator.Tests.Parse;

/// <summary>Every option of every term of the catalogue, as a constant and as a property of the loss.</summary>
public class CatalogueTests
{
    public static TheoryData<string> Terms => new(typeof(LossTermAttribute).Assembly.GetTypes()
        .Where(type => type.IsSubclassOf(typeof(LossTermAttribute)) && !type.IsAbstract && type.IsPublic)
        .Select(type => type.Name));

    // The weights of a window are written into the code, and so is how far pixels are apart.
    private static readonly HashSet<(string Term, string Option)> OfWindows =
    [
        ("Ssim", "Sigma"),
        ("MsSsim", "Sigma"),
        .. from term in new[] { "HausdorffDistance", "LabelBoundary" }
           from axis in new[] { "Slice", "Row", "Column" }
           select (term, axis + "Spacing"),
    ];

    [Theory]
    [MemberData(nameof(Terms))]
    public void NumbersChangeAtRunTime(string term)
    {
        string name = term.Replace("Attribute", "", StringComparison.Ordinal);
        IEnumerable<string> losses =
            from property in Options(term)
            where property.PropertyType == typeof(double) && !OfWindows.Contains((name, property.Name))
            from option in Losses(term, Enum.GetValues<Activation>())
            select $$"""[Loss({{option.Argument}}), {{name}}] public partial class {{property.Name}}{{option.Name}} { public double {{property.Name}} { get; set; } = 1; }""";
        GeneratorDriverHelper.Run(string.Join("\n", losses)).AssertCompiles();
    }

    [Theory]
    [MemberData(nameof(Terms))]
    public void OptionsAreConstants(string term)
    {
        string name = term.Replace("Attribute", "", StringComparison.Ordinal);
        IEnumerable<string> losses =
            from property in Options(term)
            from value in Constants(property)
            select (property.Name, value) into option
            from loss in Losses(term, Activation.Sigmoid, Activation.Softmax)
            select $"namespace {loss.Name} {{ namespace {option.Name}{Math.Abs(option.value.GetHashCode(StringComparison.Ordinal))} {{ [Loss({loss.Argument}), {name}({option.Name} = {option.value})] public partial class L; }} }}";

        // Each option has its default among its values: a third of the files are the same.
        GeneratorDriverHelper.Run(string.Join("\n", losses)).WithoutRepeats().AssertCompiles();
    }

    // The losses that a term may be in: of each activation, or of the pairs that it compares.
    private static IEnumerable<(string Name, string Argument)> Losses(string term, params Activation[] activations) =>
        typeof(LossTermAttribute).Assembly.GetType("LossGen." + term)!.GetCustomAttribute<TakesPairsAttribute>() is { } pairs
            ? pairs.Kinds.Select(kind => ($"Of{kind}", $"Pairs = Pairs.{kind}"))
            : activations.Select(activation => ($"{activation}", $"Activation.{activation}"));

    private static IEnumerable<PropertyInfo> Options(string term) =>
        typeof(LossTermAttribute).Assembly.GetType("LossGen." + term)!.GetProperties()
            .Where(property => property.CanWrite && property.DeclaringType != typeof(LossTermAttribute));

    private static string[] Constants(PropertyInfo option) => option.PropertyType switch
    {
        var type when type == typeof(double) =>
            [.. new[] { 0, double.NaN, 0.25, 2.5 }.Where(option.GetCustomAttribute<OptionRangeAttribute>()!.Contains)
                .Select(number => double.IsNaN(number) ? "double.NaN" : FormattableString.Invariant($"{number}"))],
        var type when type == typeof(int) => ["1", "3"],
        var type when type == typeof(bool) => ["true", "false"],
        var type when type == typeof(double[]) => ["null", "new[] { 1.0, 0.5, 0.25, 0.75 }"],
        { IsEnum: true } type => Enum.GetNames(type).Select(member => $"{type.Name}.{member}").ToArray(),
        var type => throw new NotSupportedException($"options of type {type}"),
    };
}
