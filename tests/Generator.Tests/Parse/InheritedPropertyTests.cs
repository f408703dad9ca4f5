using LossGen.Compiler.Model;
using LossGen.Generator.Tests.Helpers;

namespace LossGen.Generator.Tests.Parse;

/// <summary>Run-time parameters by properties that a loss inherits, and what only looks like a property.</summary>
public class InheritedPropertyTests
{
    [Theory]
    [InlineData("public class Annealed { public double Gamma { get; set; } = 2; }")]
    [InlineData("public class Root { protected double Gamma { get; set; } = 2; } public class Annealed : Root;")]
    [InlineData("[Loss(Activation.Softmax), Focal] public partial class Annealed { public double Gamma { get; set; } = 2; }")]
    [InlineData("public class Root { public string Gamma { get; set; } = \"\"; } public class Annealed : Root { public new double Gamma { get; set; } = 2; }")]
    [InlineData("public abstract class Root { public abstract double Gamma { get; } } public class Annealed : Root { public override double Gamma => 2; }")]
    public void PropertiesOfABaseClassFeedParameters(string bases)
    {
        const string Loss = "[Loss(Activation.Softmax), Focal] public partial class L : Annealed;";
        LossModel model = GeneratorDriverHelper.Run(bases + Loss).AssertClean().Models.Single(model => model.Name == "L");
        Assert.Equal(["Gamma"], model.Parameters.Select(parameter => parameter.Name));
        model = GeneratorDriverHelper.Run(Loss, false, GeneratorDriverHelper.Build("Bases", bases)).AssertClean()
            .Models.Single(model => model.Name == "L");
        Assert.Equal(["Gamma"], model.Parameters.Select(parameter => parameter.Name));
    }

    [Fact]
    public void ThePropertyIsReadAtEachCall()
    {
        // Three pixels of two classes, logits 0: p = 1/2, and the focal loss is ln 2 * (1/2)^gamma.
        Assert.Equal(["Gamma"], GeneratorDriverHelper.Run(
            "public class B { public double Gamma { get; set; } } [Loss(Activation.Softmax), Focal] public partial class L : B;")
            .Model.Parameters.Select(parameter => parameter.Name));
        Assert.Contains("(double)this.Gamma", GeneratorDriverHelper.Run("public class B { public double Gamma { get; set; } } [Loss(Activation.Softmax), Focal] public partial class L : B;").Sources["L.g.cs"], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("public class B { private double Gamma { get; set; } }")]
    [InlineData("public class B { public double Other { get; set; } }")]
    public void WhatIsNotMeantDoesNot(string bases) =>
        Assert.Empty(GeneratorDriverHelper.Run(bases + "[Loss(Activation.Softmax), Focal] public partial class L : B;").AssertClean()
            .Model.Parameters.Select(parameter => parameter.Name));

    [Theory]
    [InlineData("public string {|LG0026:Gamma|} { get; set; } = \"\";", "B { public int X; }")]
    [InlineData("", "B { public {|LG0026:string|} Gamma { get; set; } = \"\"; }")]
    public void AnInheritedOneOfTheWrongTypeHasAMessage(string own, string bases) => Markup.Verify(
        $"public class {bases} [Loss(Activation.Softmax), Focal] public partial class L : B {{ {own.Replace("public string {|LG0026:Gamma|}", "public {|LG0026:string|} Gamma", StringComparison.Ordinal)} }}");

    [Theory]
    [InlineData("private double {|LG0038:gamma|} = 2; public void F() => gamma = 3;")]
    [InlineData("private float {|LG0038:_gamma|}; public void F() => _gamma = 3;")]
    [InlineData("[System.Obsolete(\"as [ObservableProperty]\")] private double {|LG0038:m_gamma|};")]
    [InlineData("internal double[]? {|LG0038:classWeights|};")]
    [InlineData("private double gamma = 2; public double Gamma => gamma;")]
    [InlineData("private const double gamma = 2;")]
    [InlineData("private static double gamma = 2;")]
    [InlineData("private double other;")]
    public void AFieldOfTheNameHasAMessage(string member) => Markup.Verify($$"""
        #pragma warning disable
        [Loss(Activation.Softmax), Focal] public partial class L { 
        #pragma warning restore
        {{member}} }
        """);

    [Fact]
    public void AParameterOfThePrimaryConstructorToo()
    {
        GeneratorRun run = Markup.Verify(
            "[Loss(Activation.Softmax), Focal] public partial class L(double {|LG0038:gamma|}) { public double Twice => 2 * gamma; }");
        Assert.Contains("public double Gamma { get; set; }", run.Diagnostics[0].GetMessage(), StringComparison.Ordinal);
        Markup.Verify("[Loss(Activation.Softmax), Focal] public partial class L(double gamma) { public double Gamma { get; } = gamma; }");
    }
}
