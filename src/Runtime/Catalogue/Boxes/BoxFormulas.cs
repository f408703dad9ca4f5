using static LossGen.Functions;

namespace LossGen;

/// <summary>
/// What the losses of boxes share. A box is four channels: left, top, right, bottom, with left below right and top below bottom.
/// </summary>
internal static class BoxFormulas
{
    internal static Value Width(Value box) => Channel(box, 2) - Channel(box, 0);

    internal static Value Height(Value box) => Channel(box, 3) - Channel(box, 1);

    /// <summary>The area of what two boxes have in common; 0 where they do not overlap.</summary>
    internal static Value Intersection(Value a, Value b)
    {
        Value left = Max(Channel(a, 0), Channel(b, 0)), top = Max(Channel(a, 1), Channel(b, 1));
        Value right = Min(Channel(a, 2), Channel(b, 2)), bottom = Min(Channel(a, 3), Channel(b, 3));
        return Where((bottom > top) & (right > left), (right - left) * (bottom - top), 0);
    }

    internal static Value Union(Value a, Value b, Value intersection) => Width(a) * Height(a) + Width(b) * Height(b) - intersection;

    /// <summary>The width of the smallest box around two boxes.</summary>
    internal static Value HullWidth(Value a, Value b) => Max(Channel(a, 2), Channel(b, 2)) - Min(Channel(a, 0), Channel(b, 0));

    /// <summary>The height of the smallest box around two boxes.</summary>
    internal static Value HullHeight(Value a, Value b) => Max(Channel(a, 3), Channel(b, 3)) - Min(Channel(a, 1), Channel(b, 1));

    /// <summary>The squared distance of the centres over the squared diagonal of the smallest box around both.</summary>
    internal static Value Distance(Value a, Value b, double epsilon)
    {
        Value across = (Channel(a, 0) + Channel(a, 2) - Channel(b, 0) - Channel(b, 2)) / 2;
        Value down = (Channel(a, 1) + Channel(a, 3) - Channel(b, 1) - Channel(b, 3)) / 2;
        return (Square(across) + Square(down)) / (Square(HullWidth(a, b)) + Square(HullHeight(a, b)) + epsilon);
    }
}
