using Tunnel.Shared.Configuration.Syntax;
using Tunnel.Shared.Interconnect;

namespace Tunnel.Shared.Configuration.Reading;

/// <summary>Reads a field that holds a key. Nothing that stands in it is ever repeated in a problem.</summary>
internal static class KeyField
{
    /// <summary>The key in <paramref name="name"/>; null after a complaint.</summary>
    public static (InterconnectKey Key, SecretReference Reference)? Read(ObjectReader reader, string name)
    {
        var node = reader.Find(name);
        if (node is null)
        {
            reader.Missing(name, "give the key that 'portal keygen' made, or 'env:NAME' or 'file:PATH' to read it from there");
            return null;
        }

        if (node.Kind != ConfigNodeKind.String)
        {
            reader.Problems.Error(node, "expected a key in double quotes, or 'env:NAME' or 'file:PATH'");
            return null;
        }

        return Resolve(node.Text, node, reader.Problems);
    }

    /// <summary>The key that <paramref name="text"/> is or refers to; null after a complaint at <paramref name="node"/>.</summary>
    public static (InterconnectKey Key, SecretReference Reference)? Resolve(string text, ConfigNode node, ProblemList problems)
    {
        problems.NoteFile(SecretReference.Of(text));
        if (KeyText.TryResolve(text, out var key, out var reference, out var error))
        {
            return (key, reference);
        }

        problems.Error(node, error);
        return null;
    }
}
