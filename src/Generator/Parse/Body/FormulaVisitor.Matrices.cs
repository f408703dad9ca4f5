using System.Collections.Immutable;
using LossGen.Compiler.Formula;
using LossGen.Compiler.Text;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.Operations;

namespace LossGen.Generator.Parse.Body;

/// <summary>Matrices whose numbers stand in the formula.</summary>
internal sealed partial class FormulaVisitor
{
    public override string? VisitObjectCreation(IObjectCreationOperation operation, FormulaFrame frame)
    {
        if (!operation.Type.IsLossGen("ClassMatrix") || operation.Initializer is not null || Elements(operation) is not { } elements)
            return DefaultVisit(operation, frame);
        var numbers = new List<double>();
        foreach (IOperation element in elements)
        {
            if (!element.ConstantValue.HasValue || !Numbers.TryRead(element.ConstantValue.Value, out double number))
                return Unsupported(element.Syntax, frame, "a matrix of what is not a constant",
                    "declare a parameter of type ClassMatrix, which an option or a property of type double[] feeds");
            numbers.Add(number);
        }

        int classes = (int)Math.Round(Math.Sqrt(numbers.Count));
        return classes > 0 && classes * classes == numbers.Count
            ? $"({Language.Matrix} {string.Join(" ", numbers.Select(Numbers.Write))})"
            : Unsupported(operation.Syntax, frame, $"a matrix of {numbers.Count} numbers",
            "give one for each pair of classes, row by row: 4 for two classes, 9 for three");
    }

    // The numbers one by one, or as an array.
    private static ImmutableArray<IOperation>? Elements(IObjectCreationOperation creation)
    {
        IOperation? argument = creation.Arguments.Length == 1 ? creation.Arguments[0].Value : null;
        while (argument is IConversionOperation conversion)
            argument = conversion.Operand;
        return argument switch
        {
            IArrayCreationOperation { DimensionSizes.Length: 1, Initializer.ElementValues: var values } => values,
            ICollectionExpressionOperation { Elements: var values } => values,
            _ => null,
        };
    }
}
