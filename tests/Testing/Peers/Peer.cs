namespace Tunnel.Testing.Peers;

/// <summary>Programs of others that tests talk to.</summary>
public static class Peer
{
    // Servers live where an ordinary user's PATH does not look.
    private static readonly string[] Folders =
        [.. (Environment.GetEnvironmentVariable("PATH") ?? string.Empty).Split(':', StringSplitOptions.RemoveEmptyEntries), "/usr/sbin", "/sbin"];

    /// <summary>Whether a missing peer fails a test rather than skipping it.</summary>
    public static bool Required =>
        !string.IsNullOrEmpty(Environment.GetEnvironmentVariable("CI")) ||
        !string.IsNullOrEmpty(Environment.GetEnvironmentVariable("TUNNEL_REQUIRE_PEERS"));

    /// <summary>The program's path, or null where it is not installed.</summary>
    public static string? Find(string name) => Folders.Select(f => Path.Combine(f, name)).FirstOrDefault(File.Exists);

    /// <summary>The program's path; fails where it is not installed.</summary>
    public static string Require(string name)
    {
        var path = Find(name);
        Assert.True(path is not null, $"{name} is not installed");
        return path;
    }
}
