using LossGen.Compiler.Text;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Operations;

namespace LossGen.Generator.Parse;

/// <summary>
/// Bodies of constructors and accessors, and the expressions in them. What is not among these makes what it touches unknown.
/// </summary>
internal sealed partial class OptionRulesReader
{
    /// <summary>Runs the statements; gives what the body returns, if it returns.</summary>
    private string? Run(IBlockOperation block, Frame frame)
    {
        foreach (IOperation statement in block.Operations)
        {
            switch (statement)
            {
                case IReturnOperation { ReturnedValue: { } value }:
                    return Expression(value, frame);
                case IReturnOperation:
                    return null;
                case IEmptyOperation:
                    break;
                case IVariableDeclarationGroupOperation group:
                    foreach (IVariableDeclaratorOperation declarator in group.Declarations.SelectMany(declaration =>
                        declaration.Declarators))
                        frame.Names[declarator.Symbol] = declarator.GetVariableInitializer() is { } initializer
                            ? Expression(initializer.Value, frame) : "0";
                    break;
                case IExpressionStatementOperation { Operation: ISimpleAssignmentOperation assignment }:
                    Assign(assignment, frame);
                    break;
                case IExpressionStatementOperation
                {
                    Operation: IDeconstructionAssignmentOperation
                    {
                        Target: ITupleOperation targets,
                        Value: IConversionOperation { Operand: ITupleOperation values }
                    }
                }
                    when targets.Elements.Length == values.Elements.Length:
                    AssignAll(targets, values, frame);
                    break;
                case IExpressionStatementOperation
                {
                    Operation: IDeconstructionAssignmentOperation
                    {
                        Target: ITupleOperation targets,
                        Value: ITupleOperation values
                    }
                }
                    when targets.Elements.Length == values.Elements.Length:
                    AssignAll(targets, values, frame);
                    break;
                default:
                    return LoseAll(statement, frame);
            }
        }

        return null;
    }

    // All values are there before the first is assigned.
    private void AssignAll(ITupleOperation targets, ITupleOperation values, Frame frame)
    {
        List<string> texts = values.Elements.Select(value => Expression(value, frame)).ToList();
        for (int i = 0; i < texts.Count; i++)
            Assign(targets.Elements[i], texts[i], frame);
    }

    private void Assign(ISimpleAssignmentOperation assignment, Frame frame) =>
        Assign(assignment.Target, Expression(assignment.Value, frame), frame);

    private void Assign(IOperation target, string value, Frame frame)
    {
        switch (target)
        {
            case IPropertyReferenceOperation { Instance: IInstanceReferenceOperation instance } property when frame.State is not null:
                Assign(IsBase(instance) ? property.Property : Dispatch(property.Property), value, frame);
                break;
            case IFieldReferenceOperation { Instance: IInstanceReferenceOperation } field when frame.State is { } state:
                state.Set(CellOf(field.Field), value, isAssigned: false);
                break;
            case ILocalReferenceOperation local:
                frame.Names[local.Local] = value;
                break;
            case IParameterReferenceOperation parameter:
                frame.Names[parameter.Parameter] = value;
                break;
            case IDiscardOperation:
                break;
            default:
                LoseAll(target, frame);
                break;
        }
    }

    private void Assign(IPropertySymbol property, string value, Frame frame)
    {
        // A property that overrides the getter alone leaves the setter as it is.
        IPropertySymbol written = property;
        while (written is { SetMethod: null, OverriddenProperty: { } overridden })
            written = overridden;
        if (BodyOf(written.SetMethod) is not { } body)
        {
            string cell = CellOf(written);
            frame.State!.Set(cell, value, written.IsVirtual || written.IsOverride || written.IsAbstract);
            return;
        }

        var inner = new Frame(frame.State);
        inner.Names[written.SetMethod!.Parameters.Last()] = value;
        if (Deeper())
            Run(body, inner);
        depth--;
    }

    /// <summary>Where stating a property stores the value; null where that is its own cell.</summary>
    private string? PutOf(IPropertySymbol property)
    {
        IPropertySymbol written = property;
        while (written is { SetMethod: null, OverriddenProperty: { } overridden })
            written = overridden;
        if (!IsSource(written.ContainingType))
            return TermRules.OfMetadata(written.ContainingType).Put(CellOf(written)) is { } put ? Substitute(put, [], null)
                : written.Equals(property, SymbolEqualityComparer.Default) ? null : CellOf(written);
        if (written.SetMethod is null || BodyOf(written.SetMethod) is not { } body)
            return written.Equals(property, SymbolEqualityComparer.Default) ? null : CellOf(written);

        const string Value = "(value)";
        var trial = new State();
        var frame = new Frame(trial);
        frame.Names[written.SetMethod.Parameters.Last()] = Value;
        if (Deeper())
            Run(body, frame);
        depth--;
        if (trial.Cells.ToList() is [{ Value: Value, Cell: var cell }])
        {
            readCells.Add(cell);
            return cell;
        }

        return Unknown(AccessorPlace(written.SetMethod), $"what '{written.Name}' does with a value that is stated");
    }

    private string ReadProperty(IPropertySymbol property, bool isVirtual, Frame frame)
    {
        IPropertySymbol read = isVirtual ? Dispatch(property) : property;
        while (read is { GetMethod: null, OverriddenProperty: { } overridden })
            read = overridden;
        string cell = CellOf(read);
        if (!IsSource(read.ContainingType))
            return TermRules.OfMetadata(read.ContainingType).Getter(cell) is { } getter ? Substitute(getter, [], frame.State)
                : Cell(cell, frame.State);
        if (BodyOf(read.GetMethod) is not { } body)
            return Cell(cell, frame.State);
        string? value = Deeper() ? Run(body, new Frame(frame.State)) : null;
        depth--;
        return value ?? Unknown(AccessorPlace(read.GetMethod!), $"what '{read.Name}' is");
    }

    private bool Deeper() => ++depth < MaximalDepth;

    // The statements of an accessor or a constructor; null for one that the compiler writes.
    private IBlockOperation? BodyOf(IMethodSymbol? accessor)
    {
        SyntaxNode? syntax = accessor?.DeclaringSyntaxReferences.FirstOrDefault()?.GetSyntax(cancellation);
        if (syntax is null or AccessorDeclarationSyntax { Body: null, ExpressionBody: null }
            || !compilation.ContainsSyntaxTree(syntax.SyntaxTree))
            return null;
        return compilation.GetSemanticModel(syntax.SyntaxTree).GetOperation(syntax, cancellation) switch
        {
            IMethodBodyBaseOperation method => method.BlockBody ?? method.ExpressionBody,
            IBlockOperation block => block,
            _ => null,
        };
    }

    private Location AccessorPlace(IMethodSymbol accessor) =>
        accessor.DeclaringSyntaxReferences.FirstOrDefault()?.GetSyntax(cancellation) switch
        {
            AccessorDeclarationSyntax declaration => declaration.Keyword.GetLocation(),
            { } syntax => syntax.GetLocation(),
            _ => term.Locations.First(),
        };

    // Whatever the statement does, it may do to any option.
    private string? LoseAll(IOperation statement, Frame frame)
    {
        string unknown = Unknown(PlaceOf(statement.Syntax), $"what '{Shorten(statement.Syntax)}' does");
        foreach (IPropertySymbol property in Properties())
            frame.State?.Set(CellOf(property), unknown, isAssigned: false);
        foreach (string cell in frame.State?.Cells.Select(cell => cell.Cell).ToList() ?? [])
            frame.State!.Set(cell, unknown, isAssigned: false);
        return unknown;
    }

    private string Expression(IOperation operation, Frame frame)
    {
        if (operation.ConstantValue is { HasValue: true, Value: var constant })
            return constant is null ? "null" : Numbers.TryRead(constant, out double number) ? Numbers.Write(number) : Lost(operation);
        switch (operation)
        {
            case IParameterReferenceOperation { Parameter: var parameter }:
                if (frame.Names.TryGetValue(parameter, out string? given))
                    return given;
                return parameter.ContainingSymbol is IMethodSymbol { MethodKind: MethodKind.Constructor }
                    ? Cell(Captured(parameter), frame.State) : Lost(operation);
            case ILocalReferenceOperation { Local: var local }:
                return frame.Names.TryGetValue(local, out string? value) ? value : Lost(operation);
            case IPropertyReferenceOperation { Instance: IInstanceReferenceOperation instance, Property: { IsIndexer: false } property }:
                return ReadProperty(property, !IsBase(instance), frame);
            case IFieldReferenceOperation { Instance: IInstanceReferenceOperation, Field: var field }:
                return Cell(CellOf(field), frame.State);
            case IConversionOperation conversion:
                return Convert(conversion, frame);
            case IUnaryOperation { OperatorMethod: null, IsLifted: false } unary:
                return unary.OperatorKind switch
                {
                    UnaryOperatorKind.Plus => Expression(unary.Operand, frame),
                    UnaryOperatorKind.Minus => Rounded(unary, $"(neg {Expression(unary.Operand, frame)})"),
                    UnaryOperatorKind.Not => $"(not {Expression(unary.Operand, frame)})",
                    _ => Lost(operation),
                };
            case IBinaryOperation { OperatorMethod: null, IsLifted: false } binary when NameOf(binary) is { } name:
                return Rounded(binary, $"({name} {Expression(binary.LeftOperand, frame)} {Expression(binary.RightOperand, frame)})");
            case IConditionalOperation { WhenFalse: { } otherwise, IsRef: false } choice:
                return $"(if {Expression(choice.Condition, frame)} {Expression(choice.WhenTrue, frame)} {Expression(otherwise, frame)})";
            case ICollectionExpressionOperation collection when collection.Elements.All(element => element is not ISpreadOperation):
                return $"(list{string.Concat(collection.Elements.Select(element => " " + Expression(element, frame)))})";
            case IArrayCreationOperation { Initializer: { } initializer, DimensionSizes.Length: 1 }:
                return $"(list{string.Concat(initializer.ElementValues.Select(element => " " + Expression(element, frame)))})";
            default:
                return Lost(operation);
        }
    }

    private string Convert(IConversionOperation conversion, Frame frame)
    {
        ITypeSymbol? from = conversion.Operand.Type, to = conversion.Type;
        if (conversion.OperatorMethod is not null)
            return Lost(conversion);
        bool isSame = SymbolEqualityComparer.Default.Equals(from, to) || to is IArrayTypeSymbol
            || conversion.Operand is ICollectionExpressionOperation;
        bool isWider = to?.SpecialType == SpecialType.System_Double
            && from?.SpecialType is SpecialType.System_Single or SpecialType.System_Int32;
        bool isEnumeration = (to?.TypeKind == TypeKind.Enum && from?.SpecialType == SpecialType.System_Int32)
            || (from?.TypeKind == TypeKind.Enum && to?.SpecialType == SpecialType.System_Int32);
        if (isSame || isWider || isEnumeration)
            return Expression(conversion.Operand, frame);
        return to?.SpecialType == SpecialType.System_Single && from?.SpecialType is SpecialType.System_Double or SpecialType.System_Int32
            ? $"(float {Expression(conversion.Operand, frame)})"
            : Lost(conversion);
    }

    // In the type that C# computes in.
    private static string Rounded(IOperation operation, string text) => operation.Type?.SpecialType switch
    {
        SpecialType.System_Single => $"(float {text})",
        SpecialType.System_Int32 => $"(int {text})",
        _ => text,
    };

    private static string? NameOf(IBinaryOperation binary)
    {
        if (!Shapes.Of(binary.LeftOperand.Type).IsScalar() && binary.LeftOperand.Type?.SpecialType != SpecialType.System_Single)
            return null;
        bool isLogical = binary.LeftOperand.Type?.SpecialType == SpecialType.System_Boolean;
        return binary.OperatorKind switch
        {
            BinaryOperatorKind.Add => "add",
            BinaryOperatorKind.Subtract => "sub",
            BinaryOperatorKind.Multiply => "mul",
            BinaryOperatorKind.Divide when binary.Type?.SpecialType != SpecialType.System_Int32 => "div",
            BinaryOperatorKind.LessThan => "lt",
            BinaryOperatorKind.LessThanOrEqual => "le",
            BinaryOperatorKind.GreaterThan => "gt",
            BinaryOperatorKind.GreaterThanOrEqual => "ge",
            BinaryOperatorKind.Equals => "eq",
            BinaryOperatorKind.NotEquals => "ne",
            BinaryOperatorKind.And or BinaryOperatorKind.ConditionalAnd when isLogical => "and",
            BinaryOperatorKind.Or or BinaryOperatorKind.ConditionalOr when isLogical => "or",
            _ => null,
        };
    }

    private string Lost(IOperation operation) => Unknown(operation.Syntax.GetLocation(), $"'{Shorten(operation.Syntax)}'");

    private static bool IsBase(IInstanceReferenceOperation instance) => instance.Syntax is BaseExpressionSyntax;

    private static Location PlaceOf(SyntaxNode syntax) =>
        syntax is ExpressionStatementSyntax or ExpressionSyntax or VariableDeclaratorSyntax ? syntax.GetLocation() : syntax.GetFirstToken()
        .GetLocation();

    private static string Shorten(SyntaxNode syntax)
    {
        string text = string.Join(" ", syntax.ToString().Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries));
        return text.Length <= 40 ? text : text.Substring(0, 37) + "...";
    }
}
