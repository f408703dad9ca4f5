using System.Reflection;
using LossGen.Compiler.Formula;

namespace LossGen.Generator.Tests.Middle;

/// <summary>What people can call is what the generator understands.</summary>
public class LanguageTests
{
    private static readonly HashSet<string> PublicFunctions =
        [.. typeof(Functions).GetMethods(BindingFlags.Public | BindingFlags.Static | BindingFlags.DeclaredOnly)
            .Select(method => method.Name)];

    [Fact]
    public void EveryPublicFunctionHasAMeaning() => Assert.All(PublicFunctions, name => Assert.True(Language.Knows(name), name));

    [Fact]
    public void EveryMeaningIsAPublicFunction() =>
        Assert.All(Language.Names.Where(name => char.IsUpper(name[0])), name => Assert.Contains(name, PublicFunctions));

    [Fact]
    public void TheNumberOfArgumentsIsThatOfThePublicFunction() =>
        Assert.All(typeof(Functions).GetMethods(BindingFlags.Public | BindingFlags.Static | BindingFlags.DeclaredOnly).Where(IsOfValues),
            method =>
        {
            var scope = Build.Scope(new Compiler.Graph.GraphBuilder());
            bool joinsImages = method.Name.EndsWith("OverBatch", StringComparison.Ordinal); // of what has been summed over pixels
            FormulaValue[] arguments = [.. method.GetParameters().Select(parameter => joinsImages
                ? new FormulaValue(scope.Graph.Parameter(0), Compiler.Graph.Axes.Batch)
                : new FormulaValue(parameter.ParameterType == typeof(Condition) ? scope.Graph.OneHot : scope.Target,
                Compiler.Graph.Axes.All))];
            Assert.NotNull(Language.Apply(method.Name, scope, arguments).Node);
        });

    // The reader itself takes the number of a class and the name of a matrix.
    private static bool IsOfValues(MethodInfo method) =>
        method.GetParameters().All(parameter => parameter.ParameterType == typeof(Value) || parameter.ParameterType == typeof(Condition));
}
