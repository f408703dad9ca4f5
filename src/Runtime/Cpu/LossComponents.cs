using System.ComponentModel;

namespace LossGen;

/// <summary>
/// The share of each term in the value of a loss, and of terms that compare class by class the value of each class: for logging, filled by
/// a call that it is passed to. The sums over pixels are those of the value, so nothing is read again. Made once and used again, as a list
/// of numbers is; not for two calls at a time.
/// </summary>
public sealed class LossComponents
{
    private readonly LossDefinition definition;
    private readonly int classes;
    private readonly double[] values;
    private Action<double[]>? pending;

    internal LossComponents(ILoss loss, int classes)
    {
        ArgumentNullException.ThrowIfNull(loss);
        definition = loss.Definition;
        this.classes = classes;
        if (definition.Reduction == Reduction.None)
            throw new NotSupportedException(NoShares(definition));
        if (classes < 1)
            throw new ArgumentOutOfRangeException(nameof(classes), classes, $"There are {classes} classes; there must be at least 1.");
        if (definition.Classes > 0 && classes != definition.Classes)
            throw new ArgumentException($"There are {classes} classes; {definition.Name} is declared with Classes = {definition.Classes}.",
                nameof(classes));
        values = new double[Length(definition, classes)];
        values.AsSpan().Fill(double.NaN);
    }

    /// <summary>The terms in the order of declaration.</summary>
    public IReadOnlyList<LossComponent> Terms => definition.Components;

    /// <summary>What a term adds to the value, its weight included: all terms together give the value. NaN before the first call.</summary>
    /// <param name="term">The place of the term among <see cref="Terms"/>.</param>
    public double this[int term] => Read()[Check(term)];

    /// <summary>What a term adds to the value, its weight included.</summary>
    /// <param name="term">Its name.</param>
    /// <exception cref="ArgumentException">The loss has no term of that name.</exception>
    public double this[string term] => Read()[Find(term)];

    /// <summary>
    /// The value of each class of a term, its weight included; with statistics per image, their mean over the images
    /// (<see cref="Reduction.Sum"/>: their sum). A term of pixels has the mean over the pixels (their sum). The mean (sum) over the term's
    /// classes is the term's share, unless single elements of a dense target are ignored, which a mean over all weighs by their number. NaN
    /// for classes that the term leaves out.
    /// </summary>
    /// <param name="term">The place of the term among <see cref="Terms"/>.</param>
    /// <returns>One number a class. They change with the next call.</returns>
    /// <exception cref="InvalidOperationException">
    /// The term has no values for classes: <see cref="LossComponent.HasClasses"/> says which have.
    /// </exception>
    public ReadOnlySpan<double> Classes(int term)
    {
        if (!Terms[Check(term)].HasClasses)
            throw new InvalidOperationException(WithoutClasses(Terms[term]));
        int before = Terms.Take(term).Count(other => other.HasClasses);
        return Read().AsSpan(Terms.Count + (before * classes), classes);
    }

    /// <inheritdoc cref="Classes(int)"/>
    /// <param name="term">The name of the term.</param>
    /// <exception cref="ArgumentException">The loss has no term of that name.</exception>
    /// <exception cref="InvalidOperationException">The term has no values for classes.</exception>
    public ReadOnlySpan<double> Classes(string term) => Classes(Find(term));

    /// <summary>
    /// Takes the values from where they are when they are asked for. Called by generated code whose values are on another device.
    /// </summary>
    /// <param name="loss">The loss that was called.</param>
    /// <param name="callClasses">The classes of the call.</param>
    /// <param name="read">Copies the terms' values and then the classes'.</param>
    [EditorBrowsable(EditorBrowsableState.Never)]
    public void Defer(ILoss loss, int callClasses, Action<double[]> read)
    {
        CheckCall(loss, callClasses);
        pending = read;
    }

    /// <summary>How many numbers there are: terms, then classes.</summary>
    internal static int Length(LossDefinition definition, int classes) =>
        Math.Max(1, definition.Components.Count) + (definition.Components.Count(term => term.HasClasses) * classes);

    internal static string NoShares(LossDefinition definition) =>
        $"{definition.Name} declares Reduction.None and has no one value that terms have a share in.";

    /// <summary>The memory that a call fills.</summary>
    internal double[] Prepare(ILoss loss, int callClasses)
    {
        CheckCall(loss, callClasses);
        pending = null;
        return values;
    }

    // Classes that a term leaves out have no value.
    private void Complete()
    {
        int at = Terms.Count;
        foreach (LossComponent term in Terms)
        {
            if (!term.HasClasses)
                continue;
            for (int c = 0; c < classes; c++)
            {
                if (!term.Has(c))
                    values[at + c] = double.NaN;
            }

            at += classes;
        }
    }

    private double[] Read()
    {
        pending?.Invoke(values);
        pending = null;
        Complete();
        return values;
    }

    private void CheckCall(ILoss loss, int callClasses)
    {
        if (!ReferenceEquals(loss.Definition, definition))
            throw new ArgumentException($"The components were created by {definition.Name}, not by {loss.Definition.Name}.", "components");
        if (callClasses != classes && definition.Pairs == Pairs.None)
            throw new ArgumentException($"The components were created for {classes} classes; the call has {callClasses}.", "components");
    }

    private string WithoutClasses(LossComponent term)
    {
        string[] others = [.. Terms.Where(other => other.HasClasses).Select(other => other.Name)];
        return $"Term '{term.Name}' of {definition.Name} is not summed up class by class and has no value of each class{(others.Length > 0 ? $"; those that have are {string.Join(", ", others)}" : ", nor has any other term")}. "
            + $"Its share is components[\"{term.Name}\"].";
    }

    private int Check(int term) => (uint)term < (uint)Terms.Count
        ? term
        : throw new ArgumentOutOfRangeException(nameof(term), term,
        $"There is no term {term}; {definition.Name} has {Terms.Count}, counted from 0.");

    private int Find(string term)
    {
        for (int k = 0; k < Terms.Count; k++)
        {
            if (Terms[k].Name == term)
                return k;
        }

        throw new ArgumentException($"{definition.Name} has no term '{term}'; it has {string.Join(", ", Terms.Select(other => other.Name))}.", nameof(term));
    }
}
