using Tunnel.Shared.Configuration.Syntax;
using Tunnel.Shared.Interconnect;

namespace Tunnel.Shared.Configuration.Reading;

/// <summary>Reads join strings and the key that stands in them or beside them.</summary>
internal static class JoinField
{
    /// <summary>The join string; null after a complaint, which does not repeat it.</summary>
    public static JoinString? Parse(TextItem item, ProblemList problems)
    {
        if (JoinString.TryParse(item.Text, out var join, out var error))
        {
            return join;
        }

        problems.Error(item.Node, error);
        return null;
    }

    /// <summary>The key in the join string, or else the one in the field <c>key</c>; null after a complaint.</summary>
    public static (InterconnectKey Key, SecretReference Reference)? ReadKey(ObjectReader reader, JoinString join, ConfigNode joinNode)
    {
        var separate = reader.Find("key");
        if (join.Key is null)
        {
            if (separate is not null)
            {
                return KeyField.Read(reader, "key");
            }

            reader.Problems.Error(
                joinNode,
                "there is no key; write 'tunnel://KEY@…' with the key that 'portal keygen' made, or put it, 'env:NAME' or 'file:PATH' into the field 'key'");
            return null;
        }

        if (separate is not null)
        {
            reader.Problems.Error(separate, "the key is given here and in the join string; remove one of them");
            return null;
        }

        return KeyField.Resolve(join.Key, joinNode, reader.Problems);
    }
}
