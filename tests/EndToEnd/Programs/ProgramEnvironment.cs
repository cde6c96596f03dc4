namespace Tunnel.EndToEnd.Programs;

/// <summary>What the programs under test find in their environment.</summary>
public static class ProgramEnvironment
{
    // No such file: a test's programs trust nobody whom the machine that runs it trusts, and what they do does not depend on it. The
    // platform would read all of them for the first TLS connection, in a quarter of the processor time that a program's start takes.
    private const string NoAuthorities = "/nonexistent";

    /// <summary>Theirs alone is <paramref name="stateDirectory"/>. The examples run as they are printed, without this.</summary>
    public static Dictionary<string, string> With(string stateDirectory) => new(StringComparer.Ordinal)
    {
        ["TUNNEL_STATE_DIR"] = stateDirectory,
        ["SSL_CERT_DIR"] = NoAuthorities,
        ["SSL_CERT_FILE"] = NoAuthorities,
    };
}
