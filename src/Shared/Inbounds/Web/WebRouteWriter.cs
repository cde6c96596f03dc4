using System.Collections.Immutable;
using System.Text.Json;
using Tunnel.Shared.Configuration;

namespace Tunnel.Shared.Inbounds.Web;

/// <summary>Writes a route in the long form: every setting that has a meaning for what the route does.</summary>
internal static class WebRouteWriter
{
    public static void Write(Utf8JsonWriter writer, WebRoute route)
    {
        writer.WriteStartObject();
        writer.WriteString("path", route.Path.ToString());
        writer.WriteStrings("methods", route.Methods);
        if (!route.Targets.IsEmpty)
        {
            WriteForwarding(writer, route);
        }

        WriteHeaders(writer, "responseHeaders", route.ResponseHeaders, static (_, value) => value.Text);
        if (route.MaxBody != 0)
        {
            writer.WriteString("maxBody", ByteSizeText.Format(route.MaxBody));
        }

        if (route.Root is not null)
        {
            writer.WriteString("root", route.Root);
            writer.WriteStrings("index", route.Index);
            writer.WriteStrings("tryFiles", route.TryFiles);
        }

        route.Cache?.WriteTo(writer);
        route.Compress?.WriteTo(writer);
        route.Auth?.WriteTo(writer);
        writer.WriteStrings("allow", route.Allow.Select(static block => block.ToString()));
        writer.WriteStrings("deny", route.Deny.Select(static block => block.ToString()));
        route.Rate?.WriteTo(writer);
        writer.WriteOptional("redirect", route.Redirect?.Text);
        writer.WriteOptional("answer", route.Answer?.Text);
        if (route.Status is { } status)
        {
            writer.WriteNumber("status", status);
        }

        writer.WriteEndObject();
    }

    private static void WriteForwarding(Utf8JsonWriter writer, WebRoute route)
    {
        writer.WriteArray("to", route.Targets, static (json, target) => target.WriteTo(json));
        writer.WriteString("balance", WebBalanceNames.Of(route.Balance));
        writer.WriteNumber("maxFails", route.MaxFails);
        writer.WriteString("failTimeout", DurationText.Format(route.FailTimeout));
        route.Health?.WriteTo(writer);
        writer.WriteString("connectTimeout", DurationText.Format(route.ConnectTimeout));
        writer.WriteString("answerTimeout", DurationText.Format(route.AnswerTimeout));
        if (route.Verify)
        {
            writer.WriteBoolean("verify", true);
        }

        writer.WriteString("host", route.Host);

        // A constant may be a key that the target knows; what has variables in it is none.
        WriteHeaders(writer, "requestHeaders", route.RequestHeaders, static (name, value) => value.IsConstant ? SecretMask.Header(name, value.Text) : value.Text);
        writer.WriteBoolean("forwarded", route.Forwarded);
    }

    private static void WriteHeaders(Utf8JsonWriter writer, string name, ImmutableArray<WebHeader> headers, Func<string, WebTemplate, string> show)
    {
        if (headers.IsEmpty)
        {
            return;
        }

        writer.WriteStartObject(name);
        foreach (var header in headers)
        {
            if (header.Value is { } value)
            {
                writer.WriteString(header.Name, show(header.Name, value));
            }
            else
            {
                writer.WriteNull(header.Name);
            }
        }

        writer.WriteEndObject();
    }
}
