using LossGen.Generator.Diagnostics;
using LossGen.Compiler.Formula;
using Microsoft.CodeAnalysis;

namespace LossGen.Generator.Parse;

/// <summary>Reads the formula of a term of another assembly: its text is in an attribute, its parameter types in the method.</summary>
internal static class CompiledFormulaReader
{
    // Of each parameter, from the text that the owner's attribute has.
    private static readonly SymbolTable<INamedTypeSymbol, Dictionary<string, double?>> s_defaults = new(owner =>
        FormulaText.Parse(TextOf(owner)!).Parameters.ToDictionary(parameter => parameter.Name, parameter => parameter.Default));

    public static DeclaredFormula? Read(
        INamedTypeSymbol owner, INamedTypeSymbol term, Location? location, Compilation compilation, DiagnosticSink sink)
    {
        string? text = TextOf(owner);
        IMethodSymbol? method = FormulaSignature.FindMethods(owner).FirstOrDefault(candidate => candidate.Parameters.Length >= 2);
        string assembly = owner.ContainingAssembly.Name;
        if (text is null || method is null)
        {
            sink.Report(
                Descriptors.NoFormula, location, term.Name, "compiled formula",
                $"build assembly '{assembly}' with the LossGen generator");
            return null;
        }
        if (!compilation.IsSymbolAccessibleWithin(method, compilation.Assembly))
        {
            sink.Report(Descriptors.NoFormula, location, term.Name, "formula that can be called from here",
                $"make it public in assembly '{assembly}'");
            return null;
        }

        try
        {
            Dictionary<string, double?> defaults = s_defaults.Of(owner);
            if (!method.Parameters.Skip(2).Select(parameter => parameter.Name).SequenceEqual(defaults.Keys))
                throw new FormulaTextException($"its parameters are {string.Join(", ", defaults.Keys.DefaultIfEmpty("none"))}, and those of the method {string.Join(", ", method.Parameters.Skip(2).Select(parameter => parameter.Name).DefaultIfEmpty("none"))}");
            return new(method, text, method.Parameters.Skip(2).Select(parameter => Declare(parameter, term, defaults)).ToList(), []);
        }
        catch (FormulaTextException error)
        {
            sink.Report(Descriptors.UnreadableFormula, location, term.Name, error.Message, assembly);
            return null;
        }
    }

    private static string? TextOf(INamedTypeSymbol owner) =>
        owner.GetAttributes().FirstOrDefault(attribute => attribute.AttributeClass.IsLossGen("CompiledFormulaAttribute"))
            ?.ConstructorArguments.FirstOrDefault().Value as string;

    private static DeclaredParameter Declare(IParameterSymbol parameter, INamedTypeSymbol term, Dictionary<string, double?> defaults)
    {
        defaults.TryGetValue(parameter.Name, out double? value);
        ParameterKind kind = ParameterKinds.Of(parameter.Type);
        IPropertySymbol? option = kind is ParameterKind.Pixel or ParameterKind.Element ? null : TermProperties.Find(term, parameter.Name);
        return new(parameter.Name, kind, value, parameter.Type, option is not null, Location.None)
        {
            Range = OptionRanges.Of(option,
            parameter)
        };
    }
}
