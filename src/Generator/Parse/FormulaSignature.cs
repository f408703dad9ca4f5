using LossGen.Generator.Diagnostics;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;

namespace LossGen.Generator.Parse;

/// <summary>Finds the method of a formula and checks its signature.</summary>
internal static class FormulaSignature
{
    /// <summary>The type that declares the formula: the term itself, or a term that it derives from.</summary>
    public static INamedTypeSymbol? FindOwner(INamedTypeSymbol term)
    {
        for (INamedTypeSymbol? type = term; type.IsTerm(); type = type!.BaseType)
        {
            if (FindMethods(type!).Any())
                return type;
        }
        return null;
    }

    public static IEnumerable<IMethodSymbol> FindMethods(INamedTypeSymbol type) =>
        type.GetMembers(KnownTypes.FormulaMethod).OfType<IMethodSymbol>().Where(method => method.MethodKind == MethodKind.Ordinary);

    /// <summary>The formula of a type declared in source, or null with a message.</summary>
    public static IMethodSymbol? Read(INamedTypeSymbol owner, bool isTerm, DiagnosticSink sink, CancellationToken cancellation)
    {
        List<IMethodSymbol> methods = FindMethods(owner).ToList();
        IMethodSymbol method = methods[0];
        if (methods.Count > 1)
            return Wrong(methods[1], At(methods[1], cancellation)?.Identifier.GetLocation(),
                "is there more than once; give one of them another name");
        if (At(method, cancellation) is not { } syntax)
            return Wrong(method, method.Locations[0], "has no body");
        if (HasErrorTypes(method))
        {
            sink.MarkBroken();
            return null;
        }

        Location name = syntax.Identifier.GetLocation();
        if (!method.IsStatic)
            return Wrong(method, name, "is not static");
        if (method.IsGenericMethod)
            return Wrong(method, syntax.TypeParameterList?.GetLocation(), "is generic");
        if (isTerm && method.DeclaredAccessibility is Accessibility.Private or Accessibility.Protected)
            return Wrong(method, name, "cannot be called by a loss; make it public");
        if (Shapes.Of(method.ReturnType) != Shape.Value || method.ReturnsByRef || method.ReturnsByRefReadonly)
            return Wrong(method, syntax.ReturnType.GetLocation(), $"returns '{method.ReturnType}'");
        return CheckParameters(method, syntax) ? method : null;

        IMethodSymbol? Wrong(IMethodSymbol found, Location? location, string what)
        {
            sink.Report(Descriptors.WrongSignature, location ?? found.Locations.FirstOrDefault(), owner.Name, what);
            return null;
        }

        bool CheckParameters(IMethodSymbol checkedMethod, MethodDeclarationSyntax declaration)
        {
            if (checkedMethod.Parameters.Length < 2)
            {
                Wrong(checkedMethod, declaration.ParameterList.GetLocation(),
                    $"takes {checkedMethod.Parameters.Length} parameter(s), not at least 2");
                return false;
            }
            foreach (IParameterSymbol parameter in checkedMethod.Parameters)
            {
                ParameterSyntax place = declaration.ParameterList.Parameters[parameter.Ordinal];
                string? wanted = parameter.Ordinal switch { 0 => "Prediction", 1 => "Target", _ => null };
                if (wanted is not null && !parameter.Type.IsLossGen(wanted))
                {
                    Wrong(checkedMethod, place.Type?.GetLocation(), $"takes '{parameter.Type}' where {wanted} belongs");
                    return false;
                }
                if (parameter.RefKind != RefKind.None || parameter.IsParams)
                {
                    Wrong(checkedMethod, place.GetLocation(), $"takes '{parameter.Name}' not by value");
                    return false;
                }
            }
            return true;
        }
    }

    /// <summary>The declaration with the defaults and the body.</summary>
    public static MethodDeclarationSyntax? At(IMethodSymbol method, CancellationToken cancellation) =>
        (method.PartialImplementationPart ?? method).DeclaringSyntaxReferences.FirstOrDefault()?.GetSyntax(
            cancellation) as MethodDeclarationSyntax;

    private static bool HasErrorTypes(IMethodSymbol method) =>
        method.ReturnType.TypeKind == TypeKind.Error || method.Parameters.Any(parameter => parameter.Type.TypeKind == TypeKind.Error);
}
