using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Operations;

namespace LossGen.Generator.Parse.Body;

/// <summary>Bodies: declarations and a return.</summary>
internal sealed partial class FormulaVisitor
{
    private FormulaFrame? OpenFrame(IMethodSymbol method, FormulaFrame? caller)
    {
        IMethodSymbol implementation = method.PartialImplementationPart ?? method;
        foreach (SyntaxReference reference in implementation.DeclaringSyntaxReferences)
        {
            // A project reference gives symbols with source that belongs to another compilation.
            if (!compilation.ContainsSyntaxTree(reference.SyntaxTree))
                continue;
            if (reference.GetSyntax(cancellation) is MethodDeclarationSyntax { Body: not null }
                or MethodDeclarationSyntax { ExpressionBody: not null })
                return new(implementation, reference.GetSyntax(cancellation), compilation.GetSemanticModel(reference.SyntaxTree), caller);
        }
        return null;
    }

    // A local function is declared in a method that calls it, directly or through others of its local functions.
    private FormulaFrame? OpenLocalFunction(IMethodSymbol function, FormulaFrame caller)
    {
        FormulaFrame? outer = caller;
        while (outer is not null && !SymbolEqualityComparer.Default.Equals(outer.Method, function.ContainingSymbol))
            outer = outer.Caller;
        return outer is not null && function.DeclaringSyntaxReferences.FirstOrDefault()?.GetSyntax(
            cancellation) is LocalFunctionStatementSyntax syntax
            ? new(function, syntax, outer.SemanticModel, caller, outer)
            : null;
    }

    /// <summary>Returns the text of the returned expression; locals become lets.</summary>
    private string? ReadBody(FormulaFrame frame)
    {
        IBlockOperation? block = frame.SemanticModel.GetOperation(frame.Syntax, cancellation) switch
        {
            IMethodBodyOperation method => method.BlockBody ?? method.ExpressionBody,
            ILocalFunctionOperation function => function.Body,
            _ => null,
        };
        if (block is null)
            return Broken();

        foreach (IOperation statement in block.Operations)
        {
            switch (statement)
            {
                case IReturnOperation { Kind: OperationKind.Return } finish:
                    return ReadReturn(finish, frame);
                case IVariableDeclarationGroupOperation group:
                    foreach (IVariableDeclarationOperation declaration in group.Declarations)
                    {
                        foreach (IVariableDeclaratorOperation declarator in declaration.Declarators)
                            ReadLocal(declarator, frame);
                    }
                    break;
                case IEmptyOperation or ILocalFunctionOperation: // a function is read where it is called
                    break;
                case IExpressionStatementOperation { Operation: var expression }:
                    ReadExpressionStatement(expression, frame);
                    break;
                default:
                    Visit(statement, frame);
                    break;
            }
        }

        // The compiler reports a path without return, unless the body ends otherwise (throw, endless loop): reported above.
        return Broken();
    }

    private string? ReadReturn(IReturnOperation finish, FormulaFrame frame)
    {
        string? text = Visit(finish.ReturnedValue, frame);
        return ReferenceEquals(text, Prediction) && finish.ReturnedValue is not null && frame.Caller is null
            ? DefaultVisit(finish.ReturnedValue, frame)
            : text;
    }

    // What a statement computes goes nowhere, so that even a call of a function is a mistake.
    private void ReadExpressionStatement(IOperation expression, FormulaFrame frame)
    {
        if (expression is IAssignmentOperation or IIncrementOrDecrementOperation)
            DefaultVisit(expression, frame);
        else if (expression is IInvalidOperation)
            Visit(expression, frame);
        else
            Unsupported(expression.Syntax, frame, "a statement whose result is not used", "declare a local with it, or remove it");
    }

    private void ReadLocal(IVariableDeclaratorOperation declarator, FormulaFrame frame)
    {
        ILocalSymbol local = declarator.Symbol;
        if (local.IsConst)
            return; // its uses are folded by the compiler

        frame.Define(local, null);
        if (declarator.GetVariableInitializer() is not { } initializer)
        {
            Unsupported(declarator.Syntax, frame, $"the local '{local.Name}' without a value", "give it its value where it is declared");
            return;
        }

        if (local.RefKind != RefKind.None)
        {
            Unsupported(declarator.Syntax, frame, $"the ref local '{local.Name}'", "declare it without ref");
        }
        else if (Shapes.Of(local.Type) == Shape.Unknown && initializer.Value is not (IInvalidOperation or IDelegateCreationOperation))
        {
            Unsupported(declarator.Syntax, frame, $"the local '{local.Name}' of type '{local.Type}'",
                "use Value, Condition, double, int or bool");
        }
        else if (Visit(initializer.Value, frame) is { } text)
        {
            frame.Define(local, ReferenceEquals(text, Prediction) || Shapes.Of(local.Type) == Shape.ClassMatrix ? text
                : Let(local.Name, text, isInlined: frame.Caller is not null));
        }
    }

    private string Let(string wanted, string text, bool isInlined)
    {
        string name = isInlined || IsNumber(wanted) ? NewName(wanted) : wanted;
        lets.Append("(let ").Append(name).Append(' ').Append(text).Append(") ");
        return name;
    }

    private string NewName(string wanted)
    {
        int suffix = 1;
        while (!usedNames.Add($"{wanted}_{suffix}"))
            suffix++;
        return $"{wanted}_{suffix}";
    }

    /// <summary>The formula's own names stay as they are written, so those of inlined methods must keep away from them.</summary>
    private void ReserveNames(FormulaFrame frame)
    {
        foreach (IParameterSymbol parameter in frame.Method.Parameters)
            usedNames.Add(parameter.Name);
        foreach (SyntaxNode node in frame.Syntax.DescendantNodes())
        {
            if (node is VariableDeclaratorSyntax variable)
                usedNames.Add(variable.Identifier.ValueText);
        }
    }

    internal static bool IsNumber(string name) => name is "NaN" or "Infinity";
}
