using System.Collections.Immutable;

namespace LossGen.Compiler.Program;

/// <summary>Takes out of a program what gives a name to a value that nothing reads: schedules may name what they might need.</summary>
internal static class Unused
{
    /// <summary>The steps without values that no later step reads.</summary>
    public static ImmutableArray<Statement> Without(ImmutableArray<Statement> statements) => Without(statements, []);

    // From the last step to the first: what is read behind a step is known when it is reached.
    private static ImmutableArray<Statement> Without(ImmutableArray<Statement> statements, HashSet<string> read)
    {
        var kept = new List<Statement>();
        for (int i = statements.Length - 1; i >= 0; i--)
        {
            if (Without(statements[i], read) is { } statement)
                kept.Add(statement);
        }

        kept.Reverse();
        return [.. kept];
    }

    private static Statement? Without(Statement statement, HashSet<string> read)
    {
        switch (statement)
        {
            case Let let:
                if (!read.Contains(let.Name))
                    return null;
                Read(let.Value, read);
                return let;
            case Lets { Values: var values }:
                ImmutableArray<Let> needed = [.. Without([.. values], read).Cast<Let>()];
                return needed.IsEmpty ? null : new Lets(needed);
            case Declare { Value: { } first }:
                Read(first, read);
                return statement;
            case Assign assign:
                Read(assign.Place, read);
                Read(assign.Value, read);
                return assign;
            case Loop loop:
                return loop with { Body = Without(loop.Body, read) };
            case For loop:
                // A step of the next round reads what the round before left.
                Read(loop.End, read);
                foreach (Assign step in loop.Steps)
                    Without(step, read);
                loop = loop with { Body = Without(loop.Body, read) };
                Without(loop.Counter, read);
                return loop;
            case If choice:
                choice = choice with { Body = Without(choice.Body, read), Else = Without(choice.Else, read) };
                Read(choice.Condition, read);
                return choice;
            case Do call:
                foreach (Expression argument in call.Arguments)
                    Read(argument, read);
                return call;
            default:
                return statement;
        }
    }

    private static void Read(Expression expression, HashSet<string> read)
    {
        if (expression is Variable variable)
            read.Add(variable.Name);
        else if (expression is Element element)
            read.Add(element.Array);
        foreach (Expression part in expression.Parts)
            Read(part, read);
    }
}
