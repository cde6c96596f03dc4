using System.Text.RegularExpressions;
using Tunnel.Shared.Configuration;

namespace Tunnel.Shared.Tests.Configuration;

/// <summary>
/// A configuration with every kind of secret, mistyped at every place: a character too few, one too many, or cut off. Whatever
/// is said about it says no secret.
/// </summary>
public sealed class SecretMutationTests
{
    private const string Password = "correct-horse-battery";
    private const string Header = "Bearer-of-good-news";
    private const string KeyLine = "MIGHAgEAMBMGByqGSM49";

    /// <summary>So much of a secret in a row is a leak; less may be a mask's or a coincidence.</summary>
    private const int Enough = 10;

    private const string Text =
        "{\"inbounds\":[{\"port\":1,\"protocol\":\"tunnel\",\"settings\":{\"clients\":[{\"key\":\"" + TestKeys.First + "\",\"domains\":[\"a\"]}]}," +
        "\"streamSettings\":{\"security\":\"tls\",\"tlsSettings\":{\"certificates\":[{\"certificate\":[\"c\"],\"key\":[\"" + KeyLine + "\"]}]}}}," +
        "{\"port\":2,\"protocol\":\"vmess\",\"settings\":{\"clients\":[{\"id\":\"" + TestKeys.FirstId + "\",\"email\":\"e\"}]}}," +
        "{\"port\":3,\"protocol\":\"http\",\"settings\":{\"accounts\":[{\"user\":\"u\",\"pass\":\"" + Password + "\"}]}}]," +
        "\"outbounds\":[{\"protocol\":\"vmess\",\"settings\":{\"vnext\":[{\"address\":\"a\",\"port\":1,\"users\":[{\"id\":\"" + TestKeys.SecondId + "\"}]}]}," +
        "\"streamSettings\":{\"network\":\"ws\",\"wsSettings\":{\"path\":\"/\",\"headers\":{\"Authorization\":\"" + Header + "\"}}}}," +
        "{\"protocol\":\"socks\",\"tag\":\"s\",\"settings\":{\"servers\":[{\"address\":\"a\",\"port\":1,\"users\":[{\"user\":\"u\",\"pass\":\"" + Password + "\"}]}]}}]," +
        "\"reverse\":{\"bridges\":[{\"domain\":\"b\",\"dial\":\"tunnel://" + TestKeys.Second + "@p:1\",\"to\":\"80\"}]}}";

    private static readonly Regex AnySecret = new(
        string.Join('|', new[] { TestKeys.First[11..], TestKeys.Second[11..], TestKeys.FirstId[9..], TestKeys.SecondId[9..], Password, Header, KeyLine }
            .SelectMany(static secret => Enumerable.Range(0, secret.Length - Enough + 1).Select(start => Regex.Escape(secret.Substring(start, Enough))))),
        RegexOptions.NonBacktracking);

    [Fact]
    public void The_configuration_is_good()
    {
        var result = ConfigLoader.LoadText("f", Text);

        Assert.NotNull(result.Config);
        Assert.DoesNotMatch(AnySecret, Everything(result));
        Assert.Matches(AnySecret, Text);
    }

    [Fact]
    public void A_mistake_anywhere_brings_no_secret_to_light()
    {
        var leaks = new List<string>();
        for (var place = 0; place < Text.Length; place++)
        {
            foreach (var mistake in new[] { Text.Remove(place, 1), Text[..place], Text.Insert(place, "\""), Text.Insert(place, "x"), Text.Insert(place, ",") })
            {
                var said = Everything(ConfigLoader.LoadText("f", mistake));
                if (AnySecret.Match(said) is { Success: true } match)
                {
                    leaks.Add($"at {place} ('{Text.Substring(place, Math.Min(12, Text.Length - place))}'): {match.Value}: {said[Math.Max(0, match.Index - 80)..Math.Min(said.Length, match.Index + 40)]}");
                }
            }
        }

        Assert.True(leaks.Count == 0, $"{leaks.Count} leaks:\n{string.Join('\n', leaks.Take(40))}");
    }

    private static string Everything(ConfigResult result) =>
        string.Join('\n', result.Problems) + (result.Config is { } config ? ConfigWriter.Expand(config) + config : string.Empty);
}
