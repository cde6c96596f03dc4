using System.Text;
using Tunnel.Shared.Configuration.Syntax;

namespace Tunnel.Shared.Configuration.Reading;

/// <summary>Reads a user of a SOCKS or HTTP proxy, <c>{ user, pass, level? }</c>. No password is ever repeated in a problem.</summary>
internal static class ProxyUserReader
{
    /// <summary>What both protocols have room for.</summary>
    private const int MaxBytes = byte.MaxValue;

    /// <summary>The user; null after complaints.</summary>
    public static ProxyUser? Read(ObjectReader user)
    {
        var name = ReadName(user);
        var password = ReadPassword(user);
        var level = LevelField.Read(user, "level");
        user.End();
        return name is not null && password is { } given
            ? new ProxyUser { Name = name, Password = given.Password, PasswordReference = given.Reference, Level = level }
            : null;
    }

    private static string? ReadName(ObjectReader user)
    {
        var name = user.String("user");
        var node = user.Find("user");
        if (node is null || (name is not null && name.Length == 0))
        {
            user.Missing("user", "give the name that the proxy knows, or remove the item where it asks for none");
            return null;
        }

        if (name is null || IsUsable(name))
        {
            return name;
        }

        user.Problems.Error(node, $"a user's name has at most {MaxBytes} bytes and no control characters");
        return null;
    }

    private static (ProxyPassword Password, SecretReference Reference)? ReadPassword(ObjectReader user)
    {
        var node = user.Find("pass");
        if (node is null)
        {
            user.Missing("pass", "give the user's password, or 'env:NAME' or 'file:PATH' to read it from there");
            return null;
        }

        if (node.Kind != ConfigNodeKind.String)
        {
            user.Problems.Error(node, "expected a password in double quotes, or 'env:NAME' or 'file:PATH'");
            return null;
        }

        var reference = SecretReference.Of(node.Text);
        user.Problems.NoteFile(reference);
        if (!SecretText.TryRead(node.Text, reference, "password", "the user's password", out var value, out var error))
        {
            user.Problems.Error(node, error);
            return null;
        }

        // A file ends with a line end; a password that stands in the configuration is taken as it is.
        value = reference.Kind == SecretReferenceKind.Inline ? value : value.Trim();
        if (value.Length > 0 && IsUsable(value))
        {
            return (new ProxyPassword(value), reference);
        }

        user.Problems.Error(node, $"a password has 1 to {MaxBytes} bytes and no control characters");
        return null;
    }

    private static bool IsUsable(string text) => Encoding.UTF8.GetByteCount(text) <= MaxBytes && !text.Any(char.IsControl);
}
