using System.Collections.Immutable;
using LossGen.Compiler.Emit;
using LossGen.Compiler.Formula;
using LossGen.Compiler.Model;
using LossGen.Compiler.Text;
using LossGen.Generator.Diagnostics;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;

namespace LossGen.Generator.Parse;

/// <summary>Binds every parameter of every term to a constant, a property of the loss, or an option of the loss.</summary>
internal sealed class ParameterBinder(IReadOnlyList<DeclaredTerm> terms, LossOptions options, DiagnosticSink sink)
{
    /// <summary>As many as a call of the span API has room for.</summary>
    private const int MaximumInputs = 4;

    private readonly List<ParameterModel> properties = [];
    private readonly List<ClassParameterModel> classProperties = [];
    private readonly List<(InputModel Input, DeclaredTerm Term)> inputs = [];

    /// <summary>The properties that feed a parameter, in the order of first use.</summary>
    public EquatableArray<ParameterModel> Properties => properties.ToEquatableArray();

    /// <summary>The same, of one number a class, or one for each pair of classes.</summary>
    public EquatableArray<ClassParameterModel> ClassProperties => classProperties.ToEquatableArray();

    /// <summary>What the caller passes besides logits and target, in the order of first use.</summary>
    public EquatableArray<InputModel> Inputs => inputs.Select(input => input.Input).ToEquatableArray();

    public ImmutableArray<TermModel> Bind(INamedTypeSymbol loss, Compilation compilation)
    {
        var matcher = new PropertyMatcher(loss, terms, compilation, sink);
        Dictionary<(DeclaredTerm, DeclaredParameter), IPropertySymbol> fed = matcher.Match();
        foreach (((DeclaredTerm term, DeclaredParameter parameter), IPropertySymbol property) in fed.Select(pair => (pair.Key, pair.Value)))
            CheckComputed(loss, term, parameter, property, fed);
        return terms.Select(term => Bind(term, fed, matcher.Weight, compilation)).ToImmutableArray();
    }

    // An option that the term computes from another is a constant, and would not see what the other is at run time.
    private void CheckComputed(
        INamedTypeSymbol loss, DeclaredTerm term, DeclaredParameter parameter, IPropertySymbol property,
            Dictionary<(DeclaredTerm, DeclaredParameter), IPropertySymbol> fed)
    {
        foreach (DeclaredParameter other in term.Formula.Parameters)
        {
            if (term.Attribute is { } attribute && !fed.ContainsKey((term, other)) && attribute.DependsOn(other.Name, parameter.Name))
                sink.Report(Descriptors.ComputedOption, PropertyMatcher.Place(property, isType: false, loss), property.Name, parameter.Name,
                    term.Name, KnownTypes.Pascal(other.Name));
        }
    }

    private TermModel Bind(DeclaredTerm term, Dictionary<(DeclaredTerm, DeclaredParameter), IPropertySymbol> fed, DeclaredParameter weight,
        Compilation compilation)
    {
        var arguments = ImmutableArray.CreateBuilder<ArgumentModel>();
        foreach (DeclaredParameter parameter in term.Formula.Parameters)
        {
            ArgumentModel? argument = fed.TryGetValue((term, parameter), out IPropertySymbol? property)
                ? FromProperty(parameter, property)
                : parameter.IsInput ? FromInput(term, parameter) : FromConstant(term, parameter, compilation);
            if (argument is not null)
                arguments.Add(argument);
        }

        // Behind the inputs of the formula itself.
        EquatableArray<int> weightMaps = term.WeightMaps.Select(map => FromWeightMap(term, map.Option, map.Input))
            .Where(index => index >= 0).ToEquatableArray();
        return new(
            term.Name, term.Formula.Text, term.Weight, term.IncludeBackground, term.OnlyClasses,
            new(arguments.ToImmutable()), term.FormulaMethod(compilation), term.Activation)
        {
            TakesProbability = term.TakesProbability,
            WeightParameter = fed.TryGetValue((term, weight), out IPropertySymbol? factor) ? FromProperty(weight, factor).Index : null,
            WeightMaps = weightMaps,
            NormalizeWeightMaps = term.NormalizeWeightMaps,
            TakesUnitTarget = term.TakesUnitTarget,
            TakesChannelsByNumber = term.TakesChannelsByNumber,
        };
    }

    private ArgumentModel FromProperty(DeclaredParameter parameter, IPropertySymbol property)
    {
        string name = CSharpWords.Escape(property.Name);
        if (parameter.TakesNumbers)
            return FromClassProperty(parameter, name);
        int index = properties.FindIndex(known => known.Name == name);
        if (index < 0)
        {
            index = properties.Count;
            properties.Add(new(name, parameter.Range));
        }

        return new(parameter.Name, ArgumentKind.Property, 0, index, [], $"this.{name}");
    }

    // A matrix is bound column by column; without a declared number of classes the formula says so where it is used.
    private ArgumentModel FromClassProperty(DeclaredParameter parameter, string name)
    {
        bool isMatrix = parameter.Kind == ParameterKind.Matrix;
        var first = new ClassParameterModel(name, isMatrix ? 0 : -1, parameter.Range);
        int index = classProperties.IndexOf(first);
        if (index < 0)
        {
            index = classProperties.Count;
            classProperties.Add(first);
            for (int column = 1; isMatrix && column < options.Classes; column++)
                classProperties.Add(first with { Column = column });
        }

        return new(parameter.Name, ArgumentKind.ClassProperty, 0, index, [], $"x.{(isMatrix ? "ClassMatrix" : "PerClass")}(this.{name})");
    }

    private ArgumentModel FromInput(DeclaredTerm term, DeclaredParameter parameter)
    {
        var input = new InputModel(parameter.Name, parameter.Kind == ParameterKind.Element);
        int index = IndexOf(input, term, term.Attribute?.Location ?? parameter.Location);
        return new(parameter.Name, ArgumentKind.Input, 0, index, [], $"c.{(input.IsElement ? "ElementMap" : "PixelMap")}({index})");
    }

    // A map that no formula names: its name has to be one that a parameter can have.
    private int FromWeightMap(DeclaredTerm term, string option, string name)
    {
        Location? place = term.Attribute?.LocationOfValue(option);
        if (SyntaxFacts.IsValidIdentifier(name))
            return IndexOf(new(name, option == OptionNames.ElementWeights), term, place);
        sink.Report(Descriptors.WeightMapName, place, option, term.Name, name);
        return -1;
    }

    // The same name in several terms is the same input.
    private int IndexOf(InputModel input, DeclaredTerm term, Location? place)
    {
        int index = inputs.FindIndex(known => known.Input.Name == input.Name);
        if (index < 0)
        {
            index = inputs.Count;
            inputs.Add((input, term));
            if (inputs.Count == MaximumInputs + 1)
                sink.Report(Descriptors.TooManyInputs, place, term.Name, string.Join(", ", inputs.Select(known => known.Input.Name)),
                    MaximumInputs);
        }
        else if (inputs[index].Input != input)
        {
            sink.Report(
                Descriptors.InputsContradict, place, input.Name, term.Name, input.IsElement ? "ElementMap" : "PixelMap",
                inputs[index].Term.Name, input.IsElement ? "PixelMap" : "ElementMap");
        }

        return index;
    }

    private ArgumentModel? FromConstant(DeclaredTerm term, DeclaredParameter parameter, Compilation compilation)
    {
        OptionValue? stated = term.Attribute is { } attribute && TermProperties.Find(attribute.Class, parameter.Name) is not null
            ? attribute.Find(parameter.Name) : null;
        if (parameter.TakesNumbers)
            return FromNumbers(parameter, stated);
        if (stated?.Number is { } number)
            return Constant(parameter, number, compilation);
        if (parameter.Default is { } preset)
            return Constant(parameter, preset, compilation);
        if (parameter.IsLossOption)
            return Option(term, parameter);

        // A term reports it where it is declared; the formula in place can still be fed by a property, so it is reported here.
        if (term.Attribute is null || parameter.Location.SourceTree is null)
        {
            Location? place = term.Attribute is null ? parameter.Location : term.Attribute.Location;
            sink.Report(
                Descriptors.NothingFeeds, place, parameter.Name, term.Name,
                $"give the parameter a default, or declare 'public {parameter.Type} {KnownTypes.Pascal(parameter.Name)} {{ get; set; }}' in the loss");
        }
        sink.MarkBroken();
        return null;
    }

    private static ArgumentModel FromNumbers(DeclaredParameter parameter, OptionValue? stated)
    {
        string method = parameter.Kind == ParameterKind.Matrix ? "ClassMatrix" : "PerClass";
        if (stated is not { IsList: true, Numbers: var values })
            return new(parameter.Name, ArgumentKind.PerClass, 0, -1, [], $"x.{method}(null)");
        EquatableArray<double> numbers = values.ToEquatableArray();
        string list = string.Join(", ", numbers.Select(Literal.Of));
        return new(parameter.Name, ArgumentKind.PerClass, 0, -1, numbers, $"x.{method}(new double[] {{ {list} }})");
    }

    private static ArgumentModel Constant(DeclaredParameter parameter, double number, Compilation compilation)
    {
        string text = parameter.Type switch
        {
            { SpecialType: SpecialType.System_Boolean } => Literal.Of(number != 0),
            { SpecialType: SpecialType.System_Int32 } => Literal.Of((int)number),
            { TypeKind: TypeKind.Enum } => $"({parameter.Type.NameIn(compilation)}){Literal.OfWhole(number)}",
            _ => Literal.Of(number),
        };
        return new(parameter.Name, ArgumentKind.Constant, number, -1, [], text);
    }

    private ArgumentModel Option(DeclaredTerm term, DeclaredParameter parameter)
    {
        (double number, string text) = parameter.Name switch
        {
            "reduction" => ((double)options.Reduction, "c.Reduction"),
            "activation" when term.Activation is { } own => ((double)own, $"(global::LossGen.Activation){Literal.Of((int)own)}"),
            "activation" => ((double)options.Activation, "c.Activation"),
            "perImage" => (options.PerImage ? 1 : 0, "c.PerImage"),
            "dimensions" => (options.Dimensions, Literal.Of(options.Dimensions)),
            _ => (0, "c.IndexTarget"), // known only when the target is
        };
        return new(parameter.Name, ArgumentKind.Option, number, -1, [], text);
    }
}
