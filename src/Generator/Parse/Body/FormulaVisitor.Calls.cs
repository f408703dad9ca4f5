using LossGen.Generator.Diagnostics;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Operations;

namespace LossGen.Generator.Parse.Body;

/// <summary>Calls: functions of the language, and methods with source, which are inlined.</summary>
internal sealed partial class FormulaVisitor
{
    public override string? VisitInvocation(IInvocationOperation operation, FormulaFrame frame)
    {
        IMethodSymbol method = operation.TargetMethod;
        if (method.MethodKind == MethodKind.LocalFunction)
            return Inline(operation, method, frame);
        if (method.MethodKind != MethodKind.Ordinary || !method.IsStatic)
            return DefaultVisit(operation, frame);
        if (IsFunction(method))
            return Call(method.Name, ReadArguments(operation, frame));
        if (method is { Name: nameof(double.IsNaN), ContainingType.SpecialType: SpecialType.System_Double })
            return Call("is-nan", ReadArguments(operation, frame));
        if (HasFunction(method.Name) && IsSystem(method.ContainingNamespace))
        {
            return Unsupported(
                operation.Syntax, frame, $"a call of {method.ContainingType.Name}.{method.Name}",
                $"use {method.Name} of LossGen.Functions");
        }
        return Inline(operation, method, frame);
    }

    private string? Inline(IInvocationOperation operation, IMethodSymbol method, FormulaFrame frame)
    {
        if (FindCycle(method, frame) is { } cycle)
            return Report(Descriptors.Recursion, operation.Syntax, frame, method.Name, cycle);
        if (method.IsGenericMethod || method.ContainingType.IsGenericType)
            return Unsupported(operation.Syntax, frame, $"a call of the generic method '{method.Name}'", "write it for Value");
        if ((method.MethodKind == MethodKind.LocalFunction ? OpenLocalFunction(method, frame) : OpenFrame(method, frame)) is not { } inner)
            return Report(Descriptors.NoSource, operation.Syntax, frame, $"{method.ContainingType.Name}.{method.Name}");

        string?[] arguments = ReadArguments(operation, frame);
        bool isComplete = true;
        for (int i = 0; i < arguments.Length; i++)
        {
            IParameterSymbol parameter = inner.Method.Parameters[i];
            if (parameter.RefKind != RefKind.None || parameter.IsParams || Shapes.Of(parameter.Type) == Shape.Unknown)
            {
                Unsupported(
                    operation.Syntax, frame, $"a call of '{method.Name}', whose parameter '{parameter.Name}' is of type '{parameter.Type}'",
                    "pass Prediction, Target, Value, PixelMap, ElementMap, Condition, double, int or bool by value");
                isComplete = false;
            }
            else if (arguments[i] is { } text)
            {
                inner.Define(parameter, IsAtom(text) || Shapes.Of(parameter.Type) == Shape.ClassMatrix ? text
                    : Let(parameter.Name, text, isInlined: true));
            }
            else
            {
                isComplete = false;
            }
        }
        return isComplete ? ReadBody(inner) : null;
    }

    /// <summary>The arguments in the order of the parameters, defaults filled in.</summary>
    private string?[] ReadArguments(IInvocationOperation operation, FormulaFrame frame)
    {
        var texts = new string?[operation.TargetMethod.Parameters.Length];
        foreach (IArgumentOperation argument in operation.Arguments)
        {
            if (argument.Parameter is { } parameter)
                texts[parameter.Ordinal] = Visit(argument.Value, frame);
        }
        return texts;
    }

    private static string? FindCycle(IMethodSymbol method, FormulaFrame frame)
    {
        string path = method.Name;
        IMethodSymbol sought = method.PartialImplementationPart ?? method;
        for (FormulaFrame? caller = frame; caller is not null; caller = caller.Caller)
        {
            path = $"{caller.Method.Name} -> {path}";
            if (SymbolEqualityComparer.Default.Equals(caller.Method.OriginalDefinition, sought.OriginalDefinition))
                return path;
        }
        return null;
    }

    private static bool IsFunction(IMethodSymbol method) =>
        method.DeclaredAccessibility == Accessibility.Public && method.ContainingType.IsLossGen("Functions");

    private bool HasFunction(string name) =>
        compilation.GetTypeByMetadataName(KnownTypes.Functions)?.GetMembers(name).OfType<IMethodSymbol>().Any(IsFunction) == true;

    private static bool IsSystem(INamespaceSymbol? space)
    {
        while (space is { ContainingNamespace.IsGlobalNamespace: false })
            space = space.ContainingNamespace;
        return space?.Name == "System";
    }

    /// <summary>A number, a name or a leaf: repeating it costs nothing.</summary>
    private static bool IsAtom(string text) => text.IndexOf(' ') < 0;
}
