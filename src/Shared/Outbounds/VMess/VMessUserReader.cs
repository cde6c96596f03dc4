using Tunnel.Shared.Configuration;
using Tunnel.Shared.Configuration.Reading;
using Tunnel.Shared.Configuration.Syntax;

namespace Tunnel.Shared.Outbounds.VMess;

/// <summary>Reads one item of <c>users</c>.</summary>
internal static class VMessUserReader
{
    private static readonly string[] Experiments = [nameof(VMessUser.AuthenticatedLength), nameof(VMessUser.NoTerminationSignal)];

    /// <summary>The user; null after a complaint about its id.</summary>
    public static VMessUser? Read(ObjectReader user)
    {
        var id = IdField.Read(user, "id");
        var alterId = user.Integer("alterId", 0, ushort.MaxValue) ?? 0;
        if (alterId > 0)
        {
            user.Problems.Warning(
                user.Find("alterId")!,
                "the AEAD header is sent whatever this says, and the old one never: V2Ray 4.34 and later accept that, "
                + "a server that knows only the old one cannot be reached; set it to 0");
        }

        var experiments = ReadExperiments(user);
        var result = new VMessUser
        {
            Id = id?.Id ?? default,
            IdReference = id?.Reference ?? SecretReference.Inline,
            AlterId = alterId,
            Security = ReadSecurity(user),
            AuthenticatedLength = experiments.Contains(nameof(VMessUser.AuthenticatedLength)),
            NoTerminationSignal = experiments.Contains(nameof(VMessUser.NoTerminationSignal)),
            Level = LevelField.Read(user, "level"),
            Email = user.String("email") ?? string.Empty,
        };
        user.End();
        return id is null ? null : result;
    }

    private static VMessSecurityConfig ReadSecurity(ObjectReader user)
    {
        var word = user.Word("security");
        if (word is null)
        {
            return VMessSecurityConfig.Auto;
        }

        var index = VMessSecurityWords.All.IndexOf(word);
        if (index >= 0)
        {
            return (VMessSecurityConfig)index;
        }

        var node = user.Find("security")!;
        user.Problems.Warning(
            node,
            $"found {node.Found}, expected {Describe.List(VMessSecurityWords.All)}{NearestName.Hint(word, VMessSecurityWords.All)}; V2Ray takes any other word for 'auto', and so does this");
        return VMessSecurityConfig.Auto;
    }

    /// <summary>V2Ray looks for the names anywhere in the text; they are written with '|' between them.</summary>
    private static HashSet<string> ReadExperiments(ObjectReader user)
    {
        var found = new HashSet<string>(StringComparer.Ordinal);
        foreach (var name in (user.String("experiments") ?? string.Empty).Split('|', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            var known = Experiments.FirstOrDefault(item => name.Contains(item, StringComparison.Ordinal));
            if (known is not null)
            {
                found.Add(known);
            }
            else
            {
                user.Problems.Warning(
                    user.Find("experiments")!, $"'{Describe.Shorten(name)}' is no experiment that is known here{NearestName.Hint(name, Experiments)}; there are {Describe.List(Experiments)}");
            }
        }

        return found;
    }
}
