using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using LossGen.Compiler.Formula;
using LossGen.Compiler.Text;
using Microsoft.CodeAnalysis;
using Microsoft.CodeAnalysis.CSharp.Syntax;
using Microsoft.CodeAnalysis.Operations;

namespace LossGen.Generator.Parse;

/// <summary>The rules of a term that is declared in source, and what in it cannot be known at compile time.</summary>
internal sealed record SourceOptionRules(OptionRules Rules, string Text, ImmutableArray<UnknownOption> Reasons);

/// <summary>What makes the value of an option unknown.</summary>
/// <param name="Property">The option in whose initialiser it stands; null elsewhere.</param>
internal sealed record UnknownOption(Location Place, string What, IPropertySymbol? Property = null);

/// <summary>
/// Reads what the constructors of a term in source do: initialisers, calls of other constructors, and bodies, in the order of C#. It runs
/// them on symbols: a value is the text of an expression over the constructor's arguments.
/// </summary>
internal sealed partial class OptionRulesReader
{
    // Nobody nests constructors and accessors so deep, unless they call each other without end.
    private const int MaximalDepth = 40;

    private readonly INamedTypeSymbol term;
    private readonly Compilation compilation;
    private readonly CancellationToken cancellation;
    private readonly List<UnknownOption> reasons = [];
    private readonly HashSet<string> readCells = new(StringComparer.Ordinal);
    private int depth;

    private OptionRulesReader(INamedTypeSymbol term, Compilation compilation, CancellationToken cancellation)
    {
        this.term = term;
        this.compilation = compilation;
        this.cancellation = cancellation;
    }

    public static SourceOptionRules Read(INamedTypeSymbol term, Compilation compilation, CancellationToken cancellation) =>
        new OptionRulesReader(term, compilation, cancellation).Read();

    /// <summary>What holds a value: a property or a field.</summary>
    public static string CellOf(ISymbol symbol) => s_cells.Of(symbol);

    private static readonly SymbolTable<ISymbol, string> s_cells = new(NameCell);

    private static string NameCell(ISymbol symbol) =>
        symbol is IFieldSymbol { AssociatedSymbol: IPropertySymbol property } ? CellOf(property)
        : $"{symbol.ContainingType.ToDisplayString(TypeFormat)}.{symbol.Name}".Replace(" ", "");

    /// <summary>How a constructor is told from others: the types of its parameters.</summary>
    public static string SignatureOf(IMethodSymbol constructor) => s_signatures.Of(constructor);

    private static readonly SymbolTable<IMethodSymbol, string> s_signatures =
        new(constructor => string.Join(",", constructor.Parameters.Select(TypeOf)));

    private static SymbolDisplayFormat TypeFormat { get; } = SymbolDisplayFormat.FullyQualifiedFormat
        .WithGlobalNamespaceStyle(SymbolDisplayGlobalNamespaceStyle.Omitted)
        .WithMiscellaneousOptions(SymbolDisplayMiscellaneousOptions.None);

    private static string TypeOf(IParameterSymbol parameter) => parameter.Type.ToDisplayString(TypeFormat).Replace(" ", "");

    private SourceOptionRules Read()
    {
        var constructions = new List<(IMethodSymbol Constructor, State State)>();
        foreach (IMethodSymbol constructor in term.InstanceConstructors.Where(constructor =>
            constructor.DeclaredAccessibility != Accessibility.Private))
        {
            var state = new State();
            Construct(constructor, constructor.Parameters.Select((_, i) =>
                $"({OptionRules.Argument} {i.ToString(CultureInfo.InvariantCulture)})").ToList(), state);
            // One that nobody sets takes the default of the formula's parameter, but not where it stands in front of another of its name.
            foreach (IPropertySymbol property in Properties().Where(property => IsSource(property.ContainingType) && HidesAnother(property)
                && state.Find(CellOf(property)) is null))
                state.Set(CellOf(property), property.Type is IArrayTypeSymbol ? "null" : "0", isAssigned: false);
            constructions.Add((constructor, state));
        }

        // Accessors first: they say which cells beside the properties matter.
        var accessors = new StringBuilder();
        foreach (IPropertySymbol property in Properties())
        {
            Frame afterwards = new(null);
            string read = ReadProperty(property, isVirtual: false, afterwards), cell = CellOf(property);
            if (read != cell)
                accessors.Append(" (get ").Append(cell).Append(' ').Append(read).Append(')');
            if (PutOf(property) is { } put)
                accessors.Append(" (put ").Append(cell).Append(' ').Append(put).Append(')');
        }

        var known = new HashSet<string>(Properties().Select(CellOf), StringComparer.Ordinal);
        var text = new StringBuilder(OptionRules.Version);
        foreach ((IMethodSymbol constructor, State state) in constructions)
        {
            text.Append(" (new (").Append(string.Join(" ", constructor.Parameters.Select(TypeOf))).Append(')');
            foreach ((string cell, string value, bool isAssigned) in state.Cells.Where(cell => known.Contains(cell.Cell)
                || readCells.Contains(cell.Cell)).OrderBy(cell => cell.Cell, StringComparer.Ordinal))
                text.Append(isAssigned ? " (assign " : " (set ").Append(cell).Append(' ').Append(value).Append(')');
            text.Append(')');
        }

        string whole = text.Append(accessors).ToString();
        return new(OptionRules.Parse(whole), whole, reasons.ToImmutableArray());
    }

    // The properties that a use can state or a formula can read, of the term and those that it derives from; overridden ones are there as
    // well.
    private IEnumerable<IPropertySymbol> Properties()
    {
        for (INamedTypeSymbol? type = term; type is not null && (type.IsTerm() || type.IsLossGen("LossTermAttribute")); type =
            type.BaseType)
        {
            foreach (IPropertySymbol property in type.GetMembers().OfType<IPropertySymbol>())
            {
                if (property is { IsStatic: false, IsIndexer: false, GetMethod: not null }
                    && property.ExplicitInterfaceImplementations.IsEmpty)
                    yield return property;
            }
        }
    }

    private bool HidesAnother(IPropertySymbol property) =>
        Properties().Any(other => other.Name == property.Name && !SymbolEqualityComparer.Default.Equals(other.ContainingType,
            property.ContainingType) && property.ContainingType.DerivesFrom(other.ContainingType));

    private void Construct(IMethodSymbol constructor, List<string> arguments, State state)
    {
        cancellation.ThrowIfCancellationRequested();
        INamedTypeSymbol type = constructor.ContainingType;
        SyntaxNode? syntax = constructor.DeclaringSyntaxReferences.FirstOrDefault()?.GetSyntax(cancellation);
        var frame = new Frame(state);
        for (int i = 0; i < constructor.Parameters.Length; i++)
            frame.Names[constructor.Parameters[i]] = i < arguments.Count ? arguments[i] : "0";

        var body = syntax is ConstructorDeclarationSyntax ? compilation.GetSemanticModel(syntax.SyntaxTree).GetOperation(syntax,
            cancellation) as IConstructorBodyOperation : null;
        if (syntax is ConstructorDeclarationSyntax
            {
                Initializer.ThisOrBaseKeyword.RawKind: (
            int)Microsoft.CodeAnalysis.CSharp.SyntaxKind.ThisKeyword
            } && InvocationIn(body?.Initializer) is { } self)
        {
            Call(self, frame, state);
        }
        else
        {
            if (syntax is TypeDeclarationSyntax)
            {
                foreach (IParameterSymbol parameter in constructor.Parameters)
                    state.Set(Captured(parameter), frame.Names[parameter], isAssigned: false);
            }

            Initialise(type, frame, state);
            IInvocationOperation? call = syntax is TypeDeclarationSyntax { BaseList.Types: [PrimaryConstructorBaseTypeSyntax primary, ..] }
                ? compilation.GetSemanticModel(primary.SyntaxTree).GetOperation(primary, cancellation) as IInvocationOperation
                : InvocationIn(body?.Initializer);
            if (call is not null)
                Call(call, frame, state);
            else if (type.BaseType?.InstanceConstructors.OrderBy(candidate => candidate.Parameters.Length)
                .FirstOrDefault(candidate => candidate.Parameters.All(parameter => parameter.IsOptional)) is { } plain)
                ConstructBase(plain, plain.Parameters.Select(parameter => Constant(parameter.ExplicitDefaultValue)).ToList(), state);
        }

        if ((body?.BlockBody ?? body?.ExpressionBody) is { } block)
            Run(block, frame);
    }

    private static IInvocationOperation? InvocationIn(IOperation? initializer) => initializer switch
    {
        IInvocationOperation call => call,
        IExpressionStatementOperation { Operation: IInvocationOperation call } => call,
        _ => null,
    };

    private void Call(IInvocationOperation call, Frame frame, State state)
    {
        var arguments = Enumerable.Repeat("0", call.TargetMethod.Parameters.Length).ToList();
        foreach (IArgumentOperation argument in call.Arguments)
        {
            if (argument.Parameter is { } parameter)
                arguments[parameter.Ordinal] = Expression(argument.Value, frame);
        }

        ConstructBase(call.TargetMethod, arguments, state);
    }

    private void ConstructBase(IMethodSymbol constructor, List<string> arguments, State state)
    {
        INamedTypeSymbol type = constructor.ContainingType;
        if (!type.IsTerm() && !type.IsLossGen("LossTermAttribute"))
            return;
        if (IsSource(type))
        {
            if (depth < MaximalDepth)
            {
                depth++;
                Construct(constructor, arguments, state);
                depth--;
            }

            return;
        }

        if (TermRules.OfMetadata(type).Find(SignatureOf(constructor)) is not { } construction)
        {
            foreach (IPropertySymbol property in Properties().Where(property => !IsSource(property.ContainingType)
                && !property.ContainingType.IsLossGen("LossTermAttribute")))
                state.Set(CellOf(property), Unknown(term.Locations.First(),
                    $"what the constructor of '{type.Name}' does in assembly '{type.ContainingAssembly.Name}'"), isAssigned: false);
            return;
        }

        foreach ((string cell, SExpression value, bool isAssigned) in construction.Cells)
        {
            string text = Substitute(value, arguments, state);
            // What a constructor assigns to a virtual property goes to the property that overrides it.
            if (isAssigned && Properties().FirstOrDefault(property => CellOf(property) == cell) is { } property
                && Dispatch(property) is var target && IsSource(target.ContainingType))
                Assign(target, text, new Frame(state));
            else
                state.Set(cell, text, isAssigned);
        }
    }

    private void Initialise(INamedTypeSymbol type, Frame frame, State state)
    {
        foreach (ISymbol member in type.GetMembers().Where(member => !member.IsStatic
            && member is IPropertySymbol or IFieldSymbol { IsImplicitlyDeclared: false }))
        {
            EqualsValueClauseSyntax? initializer = member.DeclaringSyntaxReferences.FirstOrDefault()?.GetSyntax(cancellation) switch
            {
                PropertyDeclarationSyntax property => property.Initializer,
                VariableDeclaratorSyntax field => field.Initializer,
                _ => null,
            };
            if (initializer is null || !compilation.ContainsSyntaxTree(initializer.SyntaxTree))
                continue;
            IOperation? operation = compilation.GetSemanticModel(initializer.SyntaxTree).GetOperation(initializer, cancellation);
            string value = operation is ISymbolInitializerOperation { Value: { } written } ? Expression(written, frame)
                : Unknown(initializer.Value.GetLocation(), $"'{initializer.Value}'");
            if (member is IPropertySymbol option && IndexOfUnknown(value) is { } reason)
                reasons[reason] = reasons[reason] with { Place = initializer.Value.GetLocation(), Property = option };
            state.Set(CellOf(member), value, isAssigned: false);
        }
    }

    private bool IsSource(INamedTypeSymbol type) =>
        SymbolEqualityComparer.Default.Equals(type.ContainingAssembly, compilation.Assembly)
            && type.DeclaringSyntaxReferences.Any(reference => compilation.ContainsSyntaxTree(reference.SyntaxTree));

    // The property that a virtual one is when the attribute is of the term's own type.
    private IPropertySymbol Dispatch(IPropertySymbol property)
    {
        for (INamedTypeSymbol? type = term; type is not null; type = type.BaseType)
        {
            foreach (IPropertySymbol candidate in type.GetMembers(property.Name).OfType<IPropertySymbol>())
            {
                for (IPropertySymbol? overridden = candidate; overridden is not null; overridden = overridden.OverriddenProperty)
                {
                    if (SymbolEqualityComparer.Default.Equals(overridden.OriginalDefinition, property.OriginalDefinition))
                        return candidate;
                }
            }
        }

        return property;
    }

    private string Unknown(Location place, string what)
    {
        int index = reasons.FindIndex(reason => reason.Place == place);
        if (index < 0)
        {
            index = reasons.Count;
            reasons.Add(new(place, what));
        }

        return $"({OptionRules.Unknown} {index.ToString(CultureInfo.InvariantCulture)})";
    }

    // The number of the reason, where a whole value is unknown.
    private static int? IndexOfUnknown(string value) =>
        value.StartsWith("(" + OptionRules.Unknown + " ", StringComparison.Ordinal)
            ? int.Parse(value.Substring(OptionRules.Unknown.Length + 2).TrimEnd(')'), CultureInfo.InvariantCulture)
            : null;

    // A parameter of a primary constructor that members read: it is kept in the attribute.
    private static string Captured(IParameterSymbol parameter) =>
        $"{parameter.ContainingType.ToDisplayString(TypeFormat)}.^{parameter.Name}".Replace(" ", "");

    private static string Constant(object? value) => value is null ? "null" : Numbers.TryRead(value, out double number)
        ? Numbers.Write(number) : "null";

    /// <summary>Rules of another assembly in the words of this term: its arguments and cells put in.</summary>
    private string Substitute(SExpression expression, List<string> arguments, State? state)
    {
        if (expression.Atom is { } atom)
            return atom == "null" || FormulaText.TryNumber(atom, out _) ? atom : Cell(atom, state);
        if (expression.Head == OptionRules.Unknown)
            return Unknown(term.Locations.First(), $"an option that '{term.Name}' inherits");
        if (expression.Head == OptionRules.Argument)
            return int.TryParse(expression.Items[1].Atom, out int index) && index < arguments.Count ? arguments[index] : "0";
        return $"({expression.Head}{string.Concat(expression.Items.Skip(1).Select(item => " " + Substitute(item, arguments, state)))})";
    }

    private string Cell(string cell, State? state)
    {
        if (state is not null)
            return state.Find(cell) ?? "0";
        readCells.Add(cell);
        return cell;
    }

    /// <summary>
    /// The names that a body sees, and the attribute as far as it is constructed; none where it is finished, and cells have names only.
    /// </summary>
    private sealed class Frame(State? state)
    {
        public State? State { get; } = state;

        public Dictionary<ISymbol, string> Names { get; } = new(SymbolEqualityComparer.Default);
    }

    /// <summary>An attribute under construction.</summary>
    private sealed class State
    {
        private readonly Dictionary<string, (string Value, bool IsAssigned)> cells = new(StringComparer.Ordinal);

        public IEnumerable<(string Cell, string Value, bool IsAssigned)> Cells =>
            cells.Select(cell => (cell.Key, cell.Value.Value, cell.Value.IsAssigned));

        public string? Find(string cell) => cells.TryGetValue(cell, out (string Value, bool) found) ? found.Value : null;

        public void Set(string cell, string value, bool isAssigned) => cells[cell] = (value, isAssigned);
    }
}
