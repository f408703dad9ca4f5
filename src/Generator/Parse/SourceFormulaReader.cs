using System.Collections.Immutable;
using System.Text;
using LossGen.Compiler.Formula;
using LossGen.Compiler.Text;
using LossGen.Generator.Diagnostics;
using LossGen.Generator.Parse.Body;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace LossGen.Generator.Parse;

/// <summary>Reads a formula from source: signature, parameters with their defaults, body.</summary>
internal static class SourceFormulaReader
{
    /// <param name="owner">The term, or the loss with a formula in place, that declares the method.</param>
    /// <param name="isTerm">The parameters have properties that feed them.</param>
    /// <param name="compilation">The compilation that contains the source.</param>
    /// <param name="sink">Takes the messages.</param>
    /// <param name="cancellation">Stops the work.</param>
    public static DeclaredFormula? Read(
        INamedTypeSymbol owner, bool isTerm, Compilation compilation, DiagnosticSink sink, CancellationToken cancellation)
    {
        if (FormulaSignature.Read(owner, isTerm, sink, cancellation) is not { } method)
            return null;

        var parameters = new List<DeclaredParameter>();
        OptionRules? rules = isTerm ? OptionRulesReader.Read(owner, compilation, cancellation).Rules : null;
        foreach (IParameterSymbol parameter in method.Parameters.Skip(2))
        {
            if (ReadParameter(parameter, owner, rules, sink, cancellation) is { } read)
                parameters.Add(read);
        }

        var marks = new PlacedText();
        string? body = new FormulaVisitor(compilation, marks, sink, cancellation).Read(method);
        if (body is null || sink.IsBroken)
            return null;
        (string text, ImmutableArray<Location?> places) = marks.Read(Compose(parameters, body));
        return new(method, text, parameters, places);
    }

    private static DeclaredParameter? ReadParameter(
        IParameterSymbol parameter, INamedTypeSymbol owner, OptionRules? rules, DiagnosticSink sink, CancellationToken cancellation)
    {
        var syntax = parameter.DeclaringSyntaxReferences.FirstOrDefault()?.GetSyntax(cancellation) as ParameterSyntax;
        Location name = syntax?.Identifier.GetLocation() ?? parameter.Locations[0];
        if (parameter.Name.Length == 0)
        {
            sink.MarkBroken(); // unfinished
            return null;
        }

        Shape shape = Shapes.Of(parameter.Type);
        if (shape is not (Shape.Value or Shape.ClassMatrix or Shape.PixelMap or Shape.ElementMap) && !shape.IsScalar())
        {
            sink.Report(
                Descriptors.WrongParameterType, syntax?.Type?.GetLocation() ?? name,
                $"Parameter '{parameter.Name}'", parameter.Type, "double, int, bool, an enumeration, Value for one number a class, ClassMatrix, or PixelMap or ElementMap for what the caller passes");
            return null;
        }
        if (FormulaVisitor.IsNumber(parameter.Name))
        {
            sink.Report(Descriptors.WrongSignature, name, owner.Name, $"has a parameter named '{parameter.Name}', which reads as a number");
            return null;
        }

        if (shape is Shape.PixelMap or Shape.ElementMap)
        {
            if (!parameter.HasExplicitDefaultValue)
                return new(parameter.Name, ParameterKinds.Of(parameter.Type), null, parameter.Type, HasOption: false, name);
            sink.Report(Descriptors.WrongSignature, name, owner.Name,
                $"has a default for '{parameter.Name}', which every caller has to pass");
            return null;
        }

        IPropertySymbol? property = rules is not null ? TermProperties.Find(owner, parameter.Name) : null;
        double? value = parameter.HasExplicitDefaultValue && Numbers.TryRead(parameter.ExplicitDefaultValue, out double stated) ? stated
            : null;
        if (property is not null && !TermProperties.Check(property, parameter, sink, cancellation))
            return null;
        if (property is not null)
            value = shape is Shape.Value or Shape.ClassMatrix ? null : TermProperties.DefaultOf(property, owner, rules!, value ?? 0);

        var read = new DeclaredParameter(parameter.Name, ParameterKinds.Of(parameter.Type), value, parameter.Type, property is not null,
            name)
        { Range = OptionRanges.Of(property, parameter) };
        OptionRanges.CheckDefault(owner.Name, read, sink);
        if (rules is not null && property is null && value is null && !read.IsLossOption && !parameter.HasExplicitDefaultValue)
        {
            sink.Report(
                Descriptors.NothingFeeds, name, parameter.Name, owner.Name,
                $"declare '{TermProperties.Declaration(read)}' in the term, or give the parameter a default");
        }
        return read;
    }

    private static string Compose(List<DeclaredParameter> parameters, string body)
    {
        var text = new StringBuilder(FormulaText.Version);
        foreach (DeclaredParameter parameter in parameters)
        {
            text.Append(" (param ").Append(parameter.Name).Append(' ').Append(FormulaText.Word(parameter.Kind));
            if (parameter.Default is { } value)
                text.Append(' ').Append(Numbers.Write(value));
            text.Append(')');
        }
        return text.Append(' ').Append(body).ToString();
    }
}
