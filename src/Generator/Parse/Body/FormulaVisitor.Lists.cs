using System.Collections.Immutable;
using LossGen.Compiler.Formula;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace LossGen.Generator.Parse.Body;

/// <summary>Lists of numbers: the weights of a window.</summary>
internal sealed partial class FormulaVisitor
{
    public override string? VisitArrayCreation(IArrayCreationOperation operation, FormulaFrame frame) =>
        operation is { DimensionSizes.Length: 1, Initializer.ElementValues: var values } && IsNumbers(operation.Type)
            ? List(values, frame)
            : DefaultVisit(operation, frame);

    public override string? VisitCollectionExpression(ICollectionExpressionOperation operation, FormulaFrame frame) =>
        IsNumbers(operation.Type) && operation.Elements.All(element => element is not ISpreadOperation)
            ? List(operation.Elements, frame)
            : DefaultVisit(operation, frame);

    private static bool IsNumbers(ITypeSymbol? type) =>
        type is IArrayTypeSymbol { Rank: 1, ElementType.SpecialType: SpecialType.System_Double };

    // Each is an expression whose number has to be known when the loss is compiled.
    private string? List(ImmutableArray<IOperation> elements, FormulaFrame frame)
    {
        var texts = new List<string>();
        foreach (IOperation element in elements)
        {
            if (Visit(element, frame) is not { } text)
                return null;
            texts.Add(text);
        }

        return $"({Language.Numbers} {string.Join(" ", texts)})";
    }
}
