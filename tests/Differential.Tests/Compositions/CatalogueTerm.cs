using System.Globalization;
using System.Reflection;

namespace LossGen.Differential.Compositions;

/// <summary>
/// A term of the catalogue as its attribute shows it: its options with their defaults, and the maps that its formula takes.
/// </summary>
internal sealed record CatalogueTerm(string Name, PropertyInfo[] Options, LossTermAttribute Defaults,
    (string Name, bool IsElement)[] Inputs)
{
    /// <summary>
    /// Every term of the library but those that need images or embeddings: they look at neighbouring pixels or compare pairs, and are
    /// tested by themselves.
    /// </summary>
    public static readonly CatalogueTerm[] All = [.. typeof(LossTermAttribute).Assembly.GetExportedTypes()
        .Where(type => type.IsSubclassOf(typeof(LossTermAttribute)) && !type.IsAbstract && !TestSupport.CatalogueTerms.IsOfPairs(type)
            && !TestSupport.CatalogueTerms.OfNeighbours.Contains(type.Name[..^nameof(Attribute).Length]))
        .OrderBy(type => type.Name, StringComparer.Ordinal).Select(Read)];

    /// <summary>The term leaves pixels, or its sums are those of each class: it has numbers of elements that can be weighed.</summary>
    private bool HasElements => Defaults is RegionTermAttribute or RegressionTermAttribute or BinaryCrossEntropyAttribute;

    /// <summary>The attribute as C#, with some of its options drawn.</summary>
    /// <param name="random">Where they are drawn from.</param>
    /// <param name="classes">The number of classes.</param>
    /// <param name="loss">The loss's activation.</param>
    /// <param name="hasWeight">Its weight may be stated.</param>
    /// <param name="hasMaps">Maps of weights may be stated.</param>
    /// <param name="isMean">The loss takes the mean.</param>
    public string Draw(Random random, int classes, Activation loss, bool hasWeight, bool hasMaps, bool isMean)
    {
        List<string> stated = [.. Options.Where(_ => random.Next(5) < 2)
            .Select(option => $"{option.Name} = {DrawValue(option, random, classes)}")];
        bool weighsPixels = hasMaps && Defaults is not (LovaszHingeAttribute or LovaszSoftmaxAttribute) && random.Next(3) == 0,
            weighsElements = hasMaps && HasElements && random.Next(3) == 0;
        if (weighsPixels)
            stated.Add("PixelWeights = \"pixelWeights\"");
        if (weighsElements)
            stated.Add("ElementWeights = \"weightsOfElements\"");
        if ((weighsPixels || weighsElements) && isMean && Defaults is (RegressionTermAttribute or BinaryCrossEntropyAttribute)
            && random.Next(2) == 0)
            stated.Add("NormalizeWeightMaps = true");
        if (hasWeight && random.Next(2) == 0)
            stated.Add($"Weight = {Literal(Draw(random, [0.25, 0.5, 2, 3]))}");
        if (random.Next(5) == 0)
            stated.Add("IncludeBackground = false");
        if (random.Next(6) == 0)
            stated.Add($"OnlyClasses = new[] {{ {string.Join(", ", Enumerable.Range(1, classes - 1).Where(_ => random.Next(2) == 0).DefaultIfEmpty(1))} }}");
        if (loss is Activation.Softmax or Activation.Sigmoid && random.Next(6) == 0)
            stated.Add($"Activation = Activation.{Draw(random, [Activation.Softmax, Activation.Sigmoid])}");
        return stated.Count == 0 ? $"[{Name}]" : $"[{Name}({string.Join(", ", stated)})]";
    }

    /// <summary>Values of an option other than its default, as C#: both sides of a choice, and numbers that are sound for it.</summary>
    public IEnumerable<string> Variants(PropertyInfo option, int classes) => option.GetValue(Defaults) switch
    {
        bool or Enum or null => Enumerable.Range(0, 4).Select(seed => DrawValue(option, new Random(seed), classes)).Distinct(),
        _ => [DrawValue(option, new Random(0), classes)],
    };

    private static CatalogueTerm Read(Type type)
    {
        PropertyInfo[] options = [.. type.GetProperties()
            .Where(option => option.CanWrite && option.DeclaringType != typeof(LossTermAttribute)).OrderBy(option => option.Name,
            StringComparer.Ordinal)];
        ParameterInfo[] parameters = type.GetMethod("Formula", BindingFlags.Public | BindingFlags.Static)!.GetParameters();
        return new(
            type.Name[..^"Attribute".Length], options, (LossTermAttribute)Activator.CreateInstance(type)!,
            [.. parameters.Where(parameter => parameter.ParameterType == typeof(PixelMap) || parameter.ParameterType == typeof(ElementMap))
                .Select(parameter => (parameter.Name!, parameter.ParameterType == typeof(ElementMap)))]);
    }

    // Numbers below the default are sound for every option; where the default is 0 or none, small ones are.
    private string DrawValue(PropertyInfo option, Random random, int classes) => option.GetValue(Defaults) switch
    {
        double number when double.IsNaN(number) => Literal(Draw(random, [0.25, 0.5, 0.75])),
        0.0 => Literal(Draw(random, [0.05, 0.1, 0.2])),
        double number => Literal(number * Draw(random, [0.5, 0.625, 0.75])),
        int number => Math.Max(1, number / random.Next(2, 5)).ToString(CultureInfo.InvariantCulture),
        bool truth => truth ? "false" : "true",
        BoxKind => "BoxKind.Rectangle", // of four channels, as a composition has
        Enum member => $"{member.GetType().Name}.{Draw(random, Enum.GetNames(member.GetType()))}",
        null when option.PropertyType == typeof(double[]) && option.Name.EndsWith("Weights", StringComparison.Ordinal) =>
            Numbers(classes, _ => Draw(random, [0.5, 1, 1.5, 2])),
        null when option.PropertyType == typeof(double[]) && option.Name.StartsWith("Class", StringComparison.Ordinal) =>
            Numbers(classes, _ => Draw(random, [0.25, 0.5, 0.75, 1])),
        null when option.PropertyType == typeof(double[]) => Numbers(classes * classes, i => i % (classes + 1) == 0 ? 0
            : Draw(random, [0.25, 0.5, 1])),
        var other => throw new NotSupportedException($"{Name}.{option.Name} is {other ?? "null"}: say how such an option is drawn."),
    };

    private static string Numbers(int count, Func<int, double> number) =>
        $"new[] {{ {string.Join(", ", Enumerable.Range(0, count).Select(i => Literal(number(i)) + "D"))} }}";

    private static string Literal(double number) => number.ToString("R", CultureInfo.InvariantCulture);

    private static T Draw<T>(Random random, T[] choices) => choices[random.Next(choices.Length)];
}
