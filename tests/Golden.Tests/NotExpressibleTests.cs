using System.Globalization;
using Xunit;

namespace LossGen.Golden;

/// <summary>The visible list holds what it says, and no more.</summary>
public sealed class NotExpressibleTests
{
    [Theory]
    [InlineData("\"align_corners\": false, \"scale_factor\": 1.5", 5, 7, true)]
    [InlineData("\"align_corners\": false, \"scale_factor\": [1.5]", 5, 7, true)]
    [InlineData("\"align_corners\": false, \"scale_factor\": 1.5, \"recompute_scale_factor\": true", 5, 7, false)]
    [InlineData("\"align_corners\": true, \"scale_factor\": 1.5", 5, 7, false)]
    [InlineData("\"align_corners\": false, \"scale_factor\": 2.0", 5, 10, false)]
    [InlineData("\"align_corners\": false, \"scale_factor\": 0.5", 6, 3, false)]
    [InlineData("\"align_corners\": false, \"size\": [7]", 5, 7, false)]
    public void AFactorOfItsOwnIsListed(string arguments, int from, int to, bool isListed)
    {
        string Zeros(int count) => string.Join(", ", Enumerable.Repeat("0", count));
        Case c = Case.Parse(string.Create(CultureInfo.InvariantCulture, $$"""
            {"id": "monai/interpolate_DiceLoss/X1", "library": "monai", "loss": "interpolate_DiceLoss", "options": {"softmax": true, "to_onehot_y": true, "@interpolate": {"mode": "linear", {{arguments}} } },
             "input_shape": [1, 2, {{from}}], "input": [{{Zeros(2 * from)}}], "target_kind": "index", "target_shape": [1, 1, {{to}}], "target": [{{Zeros(to)}}]}
            """));
        Assert.Equal(isListed, NotExpressible.List.Reason(c) is not null);
        if (!isListed)
            Assert.Contains("Resize = Resize.Linear", Mapping.Of(c).Declaration, StringComparison.Ordinal);
    }
}
