using LossGen.Generator.Diagnostics;
using LossGen.Compiler.Model;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace LossGen.Generator.Parse;

/// <summary>
/// Members of a loss that cannot be there twice: those that its users call, and those that the library calls; and types that change what
/// generated code means. The private ones give way by themselves.
/// </summary>
internal static class GeneratedMembers
{
    private const string Tensor = "TorchSharp.torch.Tensor";
    private const string Interface = "LossGen.ILoss.";

    // Words that generated code uses and that are names as well.
    private static readonly string[] Words = ["var", "unmanaged", "nint"];

    /// <summary>True, with messages, where a member that is generated cannot be there.</summary>
    public static bool Check(INamedTypeSymbol loss, bool hasTorchSharp, int inputs, Reduction reduction, DiagnosticSink sink,
        CancellationToken cancellation)
    {
        bool found = false;
        List<(string Name, string[]? Parameters)> members = hasTorchSharp ? OfModule(inputs, reduction) : [];
        foreach (ISymbol member in loss.GetMembers().Where(member => !member.IsImplicitlyDeclared))
        {
            bool isTaken = member is IMethodSymbol { MethodKind: MethodKind.Ordinary } method
                ? members.Any(generated => generated.Name == method.Name && (generated.Parameters is not { } types
                || (method.Arity == 0 && method.Parameters.Select(TypeOf).SequenceEqual(types))))
                : member is not IMethodSymbol && members.Any(generated => generated.Name == member.Name);
            if (isTaken)
                Report(PlaceOf(member, cancellation), $"'{member.Name}' of loss '{loss.Name}'", "give it another name");
            else if (member.Name.StartsWith(Interface, StringComparison.Ordinal)
                && member is not IMethodSymbol { AssociatedSymbol: not null })
                Report(PlaceOf(member, cancellation), $"'{member.Name.Substring("LossGen.".Length)}' of loss '{loss.Name}'",
                    "remove it: it is implemented for you");
        }

        if (members.Any(generated => generated.Name == loss.Name))
            Report(loss.Locations.FirstOrDefault(), $"Loss '{loss.Name}'",
                "no member of a class has the name of the class: give it another name");
        return found;

        void Report(Location? place, string what, string cure)
        {
            found = true;
            sink.Report(Descriptors.NameTaken, place, what, cure);
        }
    }

    /// <summary>A type called <c>var</c> takes the word's meaning away wherever it is in sight.</summary>
    public static void CheckWords(INamedTypeSymbol loss, TypeDeclarationSyntax syntax, Compilation compilation, DiagnosticSink sink)
    {
        foreach (string word in Words)
        {
            bool isInSight = compilation.GetSemanticModel(syntax.SyntaxTree).LookupNamespacesAndTypes(syntax.Identifier.SpanStart,
                name: word).OfType<INamedTypeSymbol>().Any(type => type.SpecialType == SpecialType.None);
            for (INamedTypeSymbol? outer = loss; outer is not null; outer = outer.ContainingType)
                isInSight |= outer.Name == word || !outer.GetTypeMembers(word).IsEmpty;
            if (isInSight)
                sink.Report(Descriptors.NameTaken, syntax.Identifier.GetLocation(), $"A type '{word}' that loss '{loss.Name}' sees",
                    "give it another name, or move the loss to another namespace");
        }
    }

    // Without parameters: no method, so that nothing else can have the name.
    private static List<(string Name, string[]? Parameters)> OfModule(int inputs, Reduction reduction)
    {
        string[] maps = [.. Enumerable.Repeat(Tensor, inputs)];
        var members = new List<(string, string[]?)>
        {
            ("Components", null),
            ("forward", [Tensor, Tensor, .. maps]),
            ("Backward", [Tensor, Tensor, .. maps, "double"]),
            ("EvaluateWithGradient", [Tensor, Tensor, .. maps, Tensor, "double"]),
        };
        if (reduction != Reduction.None)
            members.Add(("forward", [$"System.Collections.Generic.IReadOnlyList<{Tensor}>", Tensor, .. maps, "LossGen.DeepSupervision"]));
        return members;
    }

    private static string TypeOf(IParameterSymbol parameter) =>
        parameter.Type.WithNullableAnnotation(NullableAnnotation.NotAnnotated).ToDisplayString(SymbolDisplayFormat.CSharpErrorMessageFormat)
            .Replace("?", "");

    private static Location? PlaceOf(ISymbol member, CancellationToken cancellation) =>
        member.DeclaringSyntaxReferences.FirstOrDefault()?.GetSyntax(cancellation) switch
        {
            MethodDeclarationSyntax method => method.Identifier.GetLocation(),
            PropertyDeclarationSyntax property => property.Identifier.GetLocation(),
            _ => member.Locations.FirstOrDefault(),
        };
}
