using System.Collections;
using System.Reflection;
using Tunnel.Shared.Interconnect;

namespace Tunnel.Shared.Tests.Configuration;

/// <summary>Compares configurations by value; a record would compare its arrays by reference.</summary>
internal static class ModelDifference
{
    /// <summary>Where two objects differ; null when they do not.</summary>
    public static string? Find(object? left, object? right, string path = "$")
    {
        if (left is null || right is null || left.GetType() != right.GetType())
        {
            return Equals(left, right) ? null : $"{path}: {left} and {right}";
        }

        switch (left)
        {
            case InterconnectKey key:
                return key.Export() == ((InterconnectKey)right).Export() ? null : path;
            case string or ValueType and not IEnumerable or System.Net.IPAddress:
                return left.Equals(right) ? null : $"{path}: {left} and {right}";
            case IEnumerable items:
                var lefts = items.Cast<object?>().ToList();
                var rights = ((IEnumerable)right).Cast<object?>().ToList();
                return lefts.Count != rights.Count
                    ? $"{path}: {lefts.Count} and {rights.Count} items"
                    : lefts.Select((item, index) => Find(item, rights[index], $"{path}[{index}]")).FirstOrDefault(static text => text is not null);
            default:
                return left.GetType().GetProperties(BindingFlags.Public | BindingFlags.Instance)
                    .Select(property => Find(property.GetValue(left), property.GetValue(right), $"{path}.{property.Name}"))
                    .FirstOrDefault(static text => text is not null);
        }
    }
}
