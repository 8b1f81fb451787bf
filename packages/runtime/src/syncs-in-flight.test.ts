import { asAppId } from "@stepwright/protocol";
import { describe, expect, it } from "vitest";
import { createSyncsInFlight } from "./syncs-in-flight.ts";

const shop = { appId: asAppId("shop"), url: "http://localhost:3000/api" };
const mail = { appId: asAppId("mail"), url: "http://localhost:4000/api" };
const elsewhere = "http://proxy.example/api";

describe("a registration", () => {
  it("answers the sync of its app, wherever that was asked", () => {
    const syncs = createSyncsInFlight();
    const [ofShop, ofMail] = [syncs.begin(shop), syncs.begin(mail)];
    syncs.registered({ ...shop, url: elsewhere, isRefused: true });
    expect([ofShop.registration, ofMail.registration]).toEqual([{ appId: shop.appId, isRefused: true }, null]);
  });

  it("answers the sync of its address, whatever the app is called there", () => {
    const syncs = createSyncsInFlight();
    const [byUrl, ofMail] = [syncs.begin({ ...shop, appId: asAppId("placeholder") }), syncs.begin(mail)];
    syncs.registered({ ...shop, isRefused: false });
    expect([byUrl.registration, ofMail.registration]).toEqual([{ appId: shop.appId, isRefused: false }, null]);
  });

  it("of neither answers the only one that is left", () => {
    const syncs = createSyncsInFlight();
    const [ofMail, other] = [
      syncs.begin(mail),
      syncs.begin({ appId: asAppId("placeholder"), url: "http://localhost:5000/api" }),
    ];
    syncs.registered({ ...mail, isRefused: false });
    syncs.registered({ appId: shop.appId, url: elsewhere, isRefused: false });
    expect(ofMail.registration?.appId).toBe(mail.appId);
    expect(other.registration?.appId).toBe(shop.appId);
  });

  it("of neither, with several left, blames none of them and names none of them", () => {
    const syncs = createSyncsInFlight();
    const both = [syncs.begin(mail), syncs.begin(shop)];
    syncs.registered({ appId: asAppId("new"), url: elsewhere, isRefused: false });
    expect(both.map((sync) => sync.registration)).toEqual([
      { appId: null, isRefused: false },
      { appId: null, isRefused: false },
    ]);
  });

  it("that no sync asked for, or whose sync is over, changes nothing", () => {
    const syncs = createSyncsInFlight();
    const over = syncs.begin(shop);
    syncs.end(over);
    syncs.registered({ ...shop, isRefused: false });
    expect(over.registration).toBeNull();
  });
});
