using static LossGen.Functions;

namespace LossGen;

/// <summary>
/// What the losses of boxes share. A box is the place of its first corner along each axis and then that of the opposite one, each number
/// below its counterpart: left, top, right, bottom in two dimensions.
/// </summary>
internal static class BoxFormulas
{
    internal static Value Width(Value box) => Side(box, 0, 2);

    internal static Value Height(Value box) => Side(box, 1, 2);

    /// <summary>How many axes a box has.</summary>
    internal static int Axes(BoxKind kind) => kind == BoxKind.Cuboid ? 3 : 2;

    /// <summary>The area, or the volume, of what two boxes have in common; 0 where they do not overlap.</summary>
    internal static Value Intersection(Value a, Value b, int axes)
    {
        Value left = Near(a, b, 0), top = Near(a, b, 1), right = Far(a, b, 0, axes), bottom = Far(a, b, 1, axes);
        Condition overlaps = (bottom > top) & (right > left);
        Value area = (right - left) * (bottom - top);
        return axes == 3
            ? Where(overlaps & (Far(a, b, 2, axes) > Near(a, b, 2)), area * (Far(a, b, 2, axes) - Near(a, b, 2)), 0)
            : Where(overlaps, area, 0);
    }

    internal static Value Union(Value a, Value b, Value intersection, int axes) => Size(a, axes) + Size(b, axes) - intersection;

    /// <summary>The area, or the volume, of the smallest box around two boxes.</summary>
    internal static Value Hull(Value a, Value b, int axes)
    {
        Value area = HullSide(a, b, 0, axes) * HullSide(a, b, 1, axes);
        return axes == 3 ? area * HullSide(a, b, 2, axes) : area;
    }

    /// <summary>The squared distance of the centres over the squared diagonal of the smallest box around both.</summary>
    internal static Value Distance(Value a, Value b, double epsilon, int axes)
    {
        Value distance = Square(Offset(a, b, 0, axes)) + Square(Offset(a, b, 1, axes));
        Value diagonal = Square(HullSide(a, b, 0, axes)) + Square(HullSide(a, b, 1, axes));
        return axes == 3
            ? (distance + Square(Offset(a, b, 2, axes))) / (diagonal + Square(HullSide(a, b, 2, axes)) + epsilon)
            : distance / (diagonal + epsilon);
    }

    private static Value Size(Value box, int axes)
    {
        Value area = Side(box, 0, axes) * Side(box, 1, axes);
        return axes == 3 ? area * Side(box, 2, axes) : area;
    }

    private static Value Side(Value box, int axis, int axes) => Channel(box, axes + axis) - Channel(box, axis);

    // Where the overlap begins and ends along an axis.
    private static Value Near(Value a, Value b, int axis) => Max(Channel(a, axis), Channel(b, axis));

    private static Value Far(Value a, Value b, int axis, int axes) => Min(Channel(a, axes + axis), Channel(b, axes + axis));

    private static Value HullSide(Value a, Value b, int axis, int axes) =>
        Max(Channel(a, axes + axis), Channel(b, axes + axis)) - Min(Channel(a, axis), Channel(b, axis));

    // Of the centres, along an axis.
    private static Value Offset(Value a, Value b, int axis, int axes) =>
        (Channel(a, axis) + Channel(a, axes + axis) - Channel(b, axis) - Channel(b, axes + axis)) / 2;
}
