namespace Tunnel.Testing.Peers;

/// <summary>Programs of others that tests talk to.</summary>
public static class Peer
{
    // Debian keeps a folder for each version of PostgreSQL and puts only its clients into PATH.
    private const string PostgresFolders = "/usr/lib/postgresql";

    // Servers live where an ordinary user's PATH does not look.
    private static readonly string[] Folders =
    [
        .. (Environment.GetEnvironmentVariable("PATH") ?? string.Empty).Split(':', StringSplitOptions.RemoveEmptyEntries),
        "/usr/sbin",
        "/sbin",
        .. Directory.Exists(PostgresFolders) ? Directory.GetDirectories(PostgresFolders).Select(version => Path.Combine(version, "bin")) : [],
    ];

    /// <summary>Whether a missing peer fails a test rather than skipping it.</summary>
    public static bool Required =>
        !string.IsNullOrEmpty(Environment.GetEnvironmentVariable("CI")) ||
        !string.IsNullOrEmpty(Environment.GetEnvironmentVariable("TUNNEL_REQUIRE_PEERS"));

    /// <summary>
    /// The program's path, or null where it is not installed. A name may end in <c>*</c>, for a version that is part of it; and it may be
    /// the path of a file, for a library.
    /// </summary>
    public static string? Find(string name) => Path.IsPathRooted(name)
        ? File.Exists(name) ? name : null
        : Folders.Where(Directory.Exists).SelectMany(folder => Directory.GetFiles(folder, name)).FirstOrDefault();

    /// <summary>The program's path; fails where it is not installed.</summary>
    public static string Require(string name)
    {
        var path = Find(name);
        Assert.True(path is not null, $"{name} is not installed");
        return path;
    }
}
