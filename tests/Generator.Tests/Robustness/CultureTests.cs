using System.Globalization;
using LossGen.Generator.Tests.Helpers;

namespace LossGen.Generator.Tests.Robustness;

public class CultureTests
{
    [Theory]
    [InlineData("fi-FI")]
    [InlineData("de-DE")]
    [InlineData("ar-SA")]
    public void GeneratedFilesDoNotDependOnTheCulture(string culture)
    {
        string source = string.Join("\n", Samples.All.Values) + "[Loss(Classes = 1), Dice(Weight = -1.5)] public partial class Wrong;";
        GeneratorRun expected = In(CultureInfo.InvariantCulture, source), actual = In(CultureInfo.GetCultureInfo(culture), source);
        Assert.Equal(expected.Sources, actual.Sources);
        Assert.Equal(
            expected.Diagnostics.Select(diagnostic => diagnostic.GetMessage(CultureInfo.InvariantCulture)),
            actual.Diagnostics.Select(diagnostic => diagnostic.GetMessage(CultureInfo.InvariantCulture)));
    }

    [Fact]
    public void TheCulturesDoDiffer() => Assert.Equal("1,5", 1.5.ToString(CultureInfo.GetCultureInfo("de-DE")));

    private static GeneratorRun In(CultureInfo culture, string source)
    {
        CultureInfo before = CultureInfo.CurrentCulture;
        CultureInfo.CurrentCulture = culture;
        try
        {
            return GeneratorDriverHelper.Run(source);
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
    }
}
