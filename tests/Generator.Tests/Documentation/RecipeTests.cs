using System.Reflection;
using LossGen.Generator.Tests.Helpers;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis;

namespace LossGen.Generator.Tests.Documentation;

/// <summary>
/// The losses of docs/recipes.md: compiled as they stand there, compared with the figures of <see cref="RecipeFigures"/> and with
/// difference quotients.
/// </summary>
public class RecipeTests
{
    private const string Page = "docs/recipes.md";

    private static readonly Lazy<Type[]> Types = new(Compile);

    private static readonly Lazy<Dictionary<string, Type>> Losses = new(() => Types.Value
        .Where(type => type.IsAssignableTo(typeof(ILoss)) && !type.IsAbstract).ToDictionary(type => type.Name));

    public static TheoryData<string> Names => new(RecipeFigures.Names);

    [Theory]
    [MemberData(nameof(Names))]
    public void The_value_is_that_of_the_paper(string name)
    {
        ILoss loss = Create(name);
        var batch = new RecipeBatch(loss);
        double value = batch.Evaluate(loss), expected = RecipeFigures.Of(name, batch);
        Assert.True(double.IsFinite(expected) && expected != 0);
        Assert.Equal(expected, value, 1e-12 * Math.Max(1, Math.Abs(expected)));
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void The_gradient_is_that_of_the_value(string name)
    {
        ILoss loss = Create(name);
        new RecipeBatch(loss).CheckGradient(loss);
    }

    [Fact]
    public void Every_recipe_has_figures() => Assert.Equal(RecipeFigures.Names.Order(), Losses.Value.Keys.Order());

    /// <summary>The margins that LDAM's recipe computes from the numbers of samples.</summary>
    [Fact]
    public void Ldam_gives_the_rarest_class_the_largest_margin()
    {
        MethodInfo margins = Losses.Value["Ldam"].GetMethod("MarginsOf")!;
        double[] found = (double[])margins.Invoke(null, [new long[] { 10_000, 16, 625 }, 0.5])!;
        double scale = 0.5 * 2; // the constant that makes that of 16 samples, C / 16^(1/4), 0.5
        Assert.All(found.Zip([scale / 10, scale / 2, scale / 5]), pair => Assert.Equal(pair.Second, pair.First, 1e-12));
    }

    /// <summary>The weights that U-Net's recipe computes from the cells, against the distance to each pixel of each cell.</summary>
    [Fact]
    public void Border_weights_are_those_of_the_two_nearest_cells()
    {
        const int height = 9, width = 14;

        // Two squares with two columns between them, one pixel far away, and a number that no pixel has.
        long[] cells = [.. Enumerable.Range(0, height * width).Select(i => (i / width, i % width) switch
        {
            ( >= 2 and <= 5, >= 1 and <= 4) => 1L,
            ( >= 3 and <= 6, >= 7 and <= 9) => 2,
            (8, 13) => 4,
            _ => 0,
        })];
        var weights = Types.Value.Single(type => type.Name == "BorderWeights").GetMethod("Of")!.CreateDelegate<Weigh>();
        float[] found = weights(cells, height, width, 10, 5);
        double largest = 0;
        for (int s = 0; s < cells.Length; s++)
        {
            double[] nearest = [.. new[] { 1, 2, 4 }.Select(cell => Enumerable.Range(0, cells.Length).Where(i => cells[i] == cell)
                .Min(i => Math.Sqrt(Math.Pow((i / width) - (s / width), 2) + Math.Pow((i % width) - (s % width), 2)))).Order()];
            double wanted = 1 + (cells[s] == 0 ? 10 * Math.Exp(-Math.Pow(nearest[0] + nearest[1], 2) / 50) : 0);
            Assert.Equal(wanted, found[s], 1e-5);
            largest = Math.Max(largest, wanted);
        }

        Assert.Equal(1 + (10 * Math.Exp(-9.0 / 50)), largest, 1e-12); // 1 pixel to the one square, 2 to the other
        Assert.All(weights(new long[4], 2, 2, 10, 5), weight => Assert.Equal(1, weight));
    }

    private delegate float[] Weigh(ReadOnlySpan<long> cells, int height, int width, double strength, double sigma);

    [Fact]
    public void Every_recipe_says_where_it_is_from_and_what_for()
    {
        string page = File.ReadAllText(Path.Combine(Repository.Root, Page)).ReplaceLineEndings("\n");
        foreach (Snippet snippet in Snippet.Of(page: Page))
        {
            string[] above = page.Split('\n').Take(snippet.Line - 2).ToArray();
            string text = above.Last(line => line.StartsWith("**", StringComparison.Ordinal));
            Assert.Contains(": ", text, StringComparison.Ordinal);
            Assert.Contains("*(", string.Join('\n', above[Array.LastIndexOf(above, text)..]), StringComparison.Ordinal);
        }
    }

    private static ILoss Create(string name)
    {
        var loss = (ILoss)Activator.CreateInstance(Losses.Value[name])!;
        foreach ((string property, object value) in RecipeFigures.Properties(name))
            Losses.Value[name].GetProperty(property)!.SetValue(loss, value);
        return loss;
    }

    private static Type[] Compile()
    {
        CSharpCompilation compilation = GeneratorDriverHelper.Compile("Recipes", [.. Snippet.Of(Page).Where(snippet => snippet.Types.Any())
            .Select(snippet => snippet.Code)]);
        GeneratorDriver driver = GeneratorDriverHelper.CreateDriver().RunGeneratorsAndUpdateCompilation(compilation, out Compilation output,
            out _);
        new GeneratorRun(compilation, output, driver).AssertClean();
        var image = new MemoryStream();
        Assert.True(output.Emit(image).Success);
        return Assembly.Load(image.ToArray()).GetTypes();
    }
}
