using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Tunnel.Shared.Configuration;
using Tunnel.Shared.Configuration.Reading;
using Tunnel.Shared.Configuration.Syntax;

namespace Tunnel.Shared.Inbounds.Proxies;

/// <summary>Whom a SOCKS or HTTP proxy lets in.</summary>
internal sealed class ProxyAccounts(ImmutableArray<ProxyUser> users)
{
    // Hashes are of one length, so that comparing them tells nothing, not even a length.
    private readonly ImmutableArray<byte[]> _hashes = [.. users.Select(static user => Hash(user.Name, user.Password.Export()))];

    /// <summary>Whether everybody may come in.</summary>
    public bool IsOpen => users.IsEmpty;

    /// <summary>Whether the name and the password belong together. Takes as long for a wrong one as for a right one.</summary>
    public bool Accepts(string name, string password)
    {
        var given = Hash(name, password);
        var found = false;
        foreach (var hash in _hashes)
        {
            found |= CryptographicOperations.FixedTimeEquals(hash, given);
        }

        return found;
    }

    /// <summary>Reads <c>accounts</c>, and warns about a proxy that is open to a network.</summary>
    internal static ImmutableArray<ProxyUser> Read(ObjectReader settings, InboundContext context)
    {
        var users = ImmutableArray.CreateBuilder<ProxyUser>();
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var account in settings.Objects("accounts"))
        {
            if (ProxyUserReader.Read(account) is not { } user)
            {
                continue;
            }

            users.Add(user);
            if (!names.Add(user.Name))
            {
                account.Problems.Error(account.Find("user")!, $"another account has the name '{Describe.Shorten(user.Name)}'; give each its own");
            }
        }

        if (users.Count == 0 && settings.Find("accounts") is null or { Items.Count: 0 } && context.Listen is { IsLocal: false })
        {
            settings.Problems.Warning(
                context.Node,
                "everybody who can reach this address may use the proxy, and so reach what this program can reach; add 'accounts', or listen on 127.0.0.1");
        }

        return users.ToImmutable();
    }

    /// <summary>Writes <c>accounts</c> without what is secret.</summary>
    internal static void Write(Utf8JsonWriter writer, ImmutableArray<ProxyUser> users)
    {
        if (users.IsEmpty)
        {
            return;
        }

        writer.WriteStartArray("accounts");
        foreach (var user in users)
        {
            writer.WriteStartObject();
            writer.WriteString("user", user.Name);
            writer.WriteString("pass", user.PasswordReference.ToString());
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
    }

    private static byte[] Hash(string name, string password) =>
        SHA256.HashData(Encoding.UTF8.GetBytes($"{Encoding.UTF8.GetByteCount(name)}:{name}{password}"));
}
