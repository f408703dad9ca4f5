using LossGen.Compiler;
using LossGen.Compiler.Emit;
using LossGen.Compiler.Emit.Torch;
using LossGen.Compiler.Model;
using LossGen.Compiler.Support;
using LossGen.Generator.Diagnostics;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace LossGen.Generator.Parse;

/// <summary>From the declaration of a loss to its model. Nothing behind this stage sees Roslyn.</summary>
internal static class LossParser
{
    private static readonly LossOptions NoOptions =
        new(Activation.None, 0, null, false, false, Reduction.Mean, TargetKind.Any, ClassAxis.Second, false, Resize.None);

    public static ParseResult? Parse(GeneratorAttributeSyntaxContext context, CancellationToken cancellation)
    {
        var syntax = (TypeDeclarationSyntax)context.TargetNode;
        if (context.TargetSymbol is not INamedTypeSymbol { TypeKind: TypeKind.Class } type || !IsFirstPart(type, syntax))
            return null;

        var sink = new DiagnosticSink();
        try
        {
            return Parse(type, syntax, context.SemanticModel.Compilation, sink, cancellation);
        }
        catch (Exception error) when (error is not OperationCanceledException)
        {
            sink.Report(Descriptors.InternalError, syntax.Identifier.GetLocation(), type.Name, Fault.Describe(error));
            return new(null, sink.ToArray(), new("", [], new(syntax.Identifier.GetLocation()), default));
        }
    }

    private static ParseResult Parse(
        INamedTypeSymbol type, TypeDeclarationSyntax syntax, Compilation compilation, DiagnosticSink sink, CancellationToken cancellation)
    {
        TypeHeader? header = TypeHeader.Read(type, sink, cancellation);
        bool hasTorchSharp = compilation.HasTorchSharp();
        var terms = new List<DeclaredTerm>();
        AttributeReader? loss = null;
        bool hasTerms = false;
        int convention = ConventionDefaults.StatedBy(type);
        foreach (AttributeData data in type.GetAttributes())
        {
            if (data.AttributeClass is null or { TypeKind: TypeKind.Error })
            {
                // Perhaps a term with a spelling mistake.
                sink.MarkBroken();
                hasTerms = true;
                continue;
            }
            bool isTerm = data.AttributeClass.IsTerm();
            var attribute = new AttributeReader(data, convention, isTerm ? TermRules.Of(data.AttributeClass, compilation, cancellation)
                : null, cancellation);
            bool isLoss = data.AttributeClass.IsLossGen("LossAttribute");
            if ((isTerm || isLoss) && attribute.HasErrors)
                sink.MarkBroken();
            if (isLoss)
                loss ??= attribute;
            if (!isTerm)
                continue;
            hasTerms = true;
            if (!attribute.HasErrors && DeclaredTerm.Read(attribute, type, compilation, sink, cancellation) is { } term)
                terms.Add(term);
        }

        if (FormulaSignature.FindMethods(type).Any())
        {
            hasTerms = true;
            if (SourceFormulaReader.Read(type, isTerm: false, compilation, sink, cancellation) is { } formula)
                terms.Add(new(KnownTypes.FormulaMethod, formula, Attribute: null));
        }
        if (!hasTerms)
            sink.Report(Descriptors.NoTerm, syntax.Identifier.GetLocation(), type.Name);

        LossOptions options = loss is { HasErrors: false } ? OptionsReader.Read(loss, sink) : NoOptions;
        if (loss is { HasErrors: false })
            OptionChecks.Check(options, loss, terms, sink);
        if (loss is { HasErrors: false })
            PairChecks.Check(options, loss, terms, sink);
        options = options.OfMatrix();
        var binder = new ParameterBinder(terms, options, sink);
        var bound = binder.Bind(type, compilation);
        bool hasBase = CheckBase(type, syntax, hasTorchSharp, binder.Inputs.Count, sink, cancellation);
        bool isTaken = GeneratedMembers.Check(type, hasTorchSharp, binder.Inputs.Count, options.Reduction, sink, cancellation);
        GeneratedMembers.CheckWords(type, syntax, compilation, sink);
        CheckLanguage(type, syntax, sink);

        LossModel? model = header is null ? null : new(
            header.Namespace, header.Containers, header.Name, header.Modifiers, header.HintName, options,
            sink.IsBroken ? [] : new(bound), sink.IsBroken ? [] : binder.Properties, sink.IsBroken ? [] : binder.ClassProperties,
                binder.Inputs,
            type.InstanceConstructors.Any(constructor => !constructor.IsImplicitlyDeclared),
            hasTorchSharp && !hasBase && !isTaken, sink.IsBroken)
        {
            TakenNames = GeneratedNames.Met(type.GetMembers().Select(member => member.Name).Append(type.Name)).ToEquatableArray(),
            Aliases = terms.SelectMany(term => term.Types).Select(named => named.AliasIn(compilation)).OfType<string>().Distinct()
                .OrderBy(alias => alias, StringComparer.Ordinal).ToEquatableArray(),
        };
        return new(model, sink.ToArray(), FindPlaces(header, syntax, loss, terms));
    }

    /// <summary>With TorchSharp the base class is its own; interfaces are welcome.</summary>
    private static bool CheckBase(
        INamedTypeSymbol type, TypeDeclarationSyntax syntax, bool hasTorchSharp, int inputs, DiagnosticSink sink,
            CancellationToken cancellation)
    {
        if (!hasTorchSharp || type.BaseType is null or { SpecialType: SpecialType.System_Object } || IsTorchSharpBase(type.BaseType,
            inputs))
            return false;
        Location? place = type.DeclaringSyntaxReferences
            .Select(reference => (reference.GetSyntax(
            cancellation) as TypeDeclarationSyntax)?.BaseList?.Types.FirstOrDefault()?.GetLocation())
            .FirstOrDefault(location => location is not null);
        if (type.BaseType.TypeKind == TypeKind.Error)
            sink.MarkBroken();
        else
            sink.Report(
                Descriptors.OtherBaseClass, place ?? syntax.Identifier.GetLocation(), type.Name,
                    type.BaseType.ToDisplayString(SymbolDisplayFormat.MinimallyQualifiedFormat),
                $"{(TorchSignature.IsLoss(inputs) ? "TorchSharp.Loss" : "TorchSharp.torch.nn.Module")}<{string.Join(", ", Enumerable.Repeat("Tensor", inputs + 3))}>");
        return true;
    }

    // The person may write it too: one tensor for each of logits, target, inputs and result.
    private static bool IsTorchSharpBase(INamedTypeSymbol type, int inputs) =>
        type.Name == (TorchSignature.IsLoss(inputs) ? "Loss" : "Module") && type.Arity == inputs + 3
        && type.ContainingNamespace is { Name: "TorchSharp", ContainingNamespace.IsGlobalNamespace: true }
        && type.TypeArguments.All(argument => argument is { Name: "Tensor" });

    private static void CheckLanguage(INamedTypeSymbol type, TypeDeclarationSyntax syntax, DiagnosticSink sink)
    {
        if (syntax.SyntaxTree.Options is CSharpParseOptions { LanguageVersion: < KnownTypes.LeastVersion and var version })
            sink.Report(Descriptors.OldLanguage, syntax.Identifier.GetLocation(), type.Name, version.ToDisplayString(),
                KnownTypes.LeastVersion.ToDisplayString());
    }

    // Several parts may carry the attribute while someone types; the compiler objects, and one file is generated.
    private static bool IsFirstPart(INamedTypeSymbol type, TypeDeclarationSyntax syntax) =>
        type.GetAttributes().FirstOrDefault(attribute => attribute.AttributeClass.IsLossGen("LossAttribute"))
            ?.ApplicationSyntaxReference is { } reference
        && reference.SyntaxTree == syntax.SyntaxTree
        && syntax.Span.Contains(reference.Span)
        && syntax.AttributeLists.Any(list => list.Span.Contains(reference.Span));

    private static LossPlaces FindPlaces(TypeHeader? header, TypeDeclarationSyntax syntax, AttributeReader? loss, List<DeclaredTerm> terms)
    {
        Location name = syntax.Identifier.GetLocation();
        return new(
            header?.HintName ?? "",
            terms.Select(term => new TermPlaces(
                new(term.Attribute?.Location ?? term.Formula.Method.Locations.FirstOrDefault() ?? name),
                term.Formula.Places.Select(place => new Place(place)).ToEquatableArray(),
                term.Stated.Select(option => new OptionPlace(option, new(term.Attribute?.LocationOfValue(option)))).ToEquatableArray()))
                    .ToEquatableArray(),
            new(name),
            new(loss?.Location));
    }
}
