using System.Runtime.CompilerServices;

namespace Tunnel.Shared.Tests.Configuration;

/// <summary>Keys that the sample files name, and the environment variables that hold them.</summary>
internal static class TestKeys
{
    public const string First = "630dcd2966.AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8";
    public const string Second = "72dbb7336c.ICEiIyQlJicoKSorLC0uLzAxMjM0NTY3ODk6Ozw9Pj8";

    /// <summary>The ids of VMess users; the first one is the manual's.</summary>
    public const string FirstId = "27848739-7e62-4138-9fd3-098a63964b6b";
    public const string SecondId = "00112233-4455-6677-8899-aabbccddeeff";

    /// <summary>The secret parts: no output may contain one.</summary>
    public static readonly string[] Secrets = [First[11..], Second[11..], FirstId[9..], SecondId[9..]];

    /// <summary>Puts back the ids that a printed configuration masks.</summary>
    public static string Unmask(string text) => text
        .Replace(FirstId[..8] + "-***", FirstId, StringComparison.Ordinal)
        .Replace(SecondId[..8] + "-***", SecondId, StringComparison.Ordinal);

    // Before any test, so that no test depends on another for its environment.
    [ModuleInitializer]
    internal static void SetVariables()
    {
        Environment.SetEnvironmentVariable("TUNNEL_TEST_KEY", First);
        Environment.SetEnvironmentVariable("TUNNEL_TEST_KEY_2", Second);
        Environment.SetEnvironmentVariable("TUNNEL_TEST_ID", SecondId);
        Environment.SetEnvironmentVariable("TUNNEL_TEST_BAD_KEY", "hunter2hunter2hunter2");
        Environment.SetEnvironmentVariable("TUNNEL_TEST_PORT", "9000-9001");
    }
}
