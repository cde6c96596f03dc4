using System.Collections;
using System.Collections.Concurrent;
using System.Reflection;

namespace Tunnel.Shared.Reloading;

/// <summary>
/// Whether two parts of a configuration say the same, secrets included. Records compare their lists by reference, and so would
/// find every configuration new that was read again; here a list is equal whose items are.
/// </summary>
public static class ValueEquality
{
    private static readonly ConcurrentDictionary<Type, Shape> Shapes = new();

    /// <summary>Compares by value. Both must be made of records, lists, and types that know when they are equal.</summary>
    public static bool AreEqual(object? left, object? right)
    {
        if (ReferenceEquals(left, right))
        {
            return true;
        }

        if (left is null || right is null || left.GetType() != right.GetType())
        {
            return false;
        }

        return left switch
        {
            string => left.Equals(right),
            IEnumerable items => AreEqual(items, (IEnumerable)right),
            _ when Shapes.GetOrAdd(left.GetType(), Shape.Of) is { Fields: { } fields } => Array.TrueForAll(
                fields, field => AreEqual(field.GetValue(left), field.GetValue(right))),
            _ => left.Equals(right),
        };
    }

    private static bool AreEqual(IEnumerable left, IEnumerable right)
    {
        var (lefts, rights) = (left.GetEnumerator(), right.GetEnumerator());
        while (lefts.MoveNext())
        {
            if (!rights.MoveNext() || !AreEqual(lefts.Current, rights.Current))
            {
                return false;
            }
        }

        return !rights.MoveNext();
    }

    /// <summary>How a type is compared: field by field, or, where that is null, by its own word.</summary>
    private sealed record Shape(FieldInfo[]? Fields)
    {
        private const BindingFlags All = BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic;

        public static Shape Of(Type type)
        {
            // A record's own word is as good where it has no list: a file of a million addresses is compared fast.
            var fields = IsRecord(type) ? type.GetFields(All) : null;
            return new Shape(fields is not null && Array.TrueForAll(fields, static field => IsPlain(field.FieldType)) ? null : fields);
        }

        private static bool IsRecord(Type type) => type.GetMethod("<Clone>$") is not null || (type.IsValueType && type.GetMethod("PrintMembers", All) is not null);

        private static bool IsPlain(Type type) => type == typeof(string)
            || (!type.IsInterface && !typeof(IEnumerable).IsAssignableFrom(type) && !IsRecord(Nullable.GetUnderlyingType(type) ?? type));
    }
}
