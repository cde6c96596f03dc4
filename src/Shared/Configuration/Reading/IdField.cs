using Tunnel.Shared.Configuration.Syntax;

namespace Tunnel.Shared.Configuration.Reading;

/// <summary>Reads a field that holds the id of a VMess user. Nothing that stands in it is ever repeated in a problem.</summary>
internal static class IdField
{
    private const string Expected =
        "expected a UUID, 32 hexadecimal digits such as xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx, the same on both sides";

    /// <summary>The id in <paramref name="name"/>; null after a complaint.</summary>
    public static (VMessUserId Id, SecretReference Reference)? Read(ObjectReader reader, string name)
    {
        var node = reader.Find(name);
        if (node is null)
        {
            reader.Missing(name, "give the UUID that both sides share, or 'env:NAME' or 'file:PATH' to read it from there");
            return null;
        }

        if (node.Kind != ConfigNodeKind.String)
        {
            reader.Problems.Error(node, "expected a UUID in double quotes, or 'env:NAME' or 'file:PATH'");
            return null;
        }

        var reference = SecretReference.Of(node.Text);
        reader.Problems.NoteFile(reference);
        if (!SecretText.TryRead(node.Text, reference, "id", "the UUID that both sides share", out var value, out var error))
        {
            reader.Problems.Error(node, error);
            return null;
        }

        value = value.Trim();
        if (!VMessUserId.TryParse(value, out var id, out var used))
        {
            reader.Problems.Error(node, reference.Kind == SecretReferenceKind.Inline ? Expected : $"what '{reference}' holds cannot be used: {Expected}");
            return null;
        }

        if (used < value.Length)
        {
            reader.Problems.Warning(node, "the id is longer than a UUID; as in V2Ray, what stands behind the last digit is not used");
        }

        return (id, reference);
    }
}
