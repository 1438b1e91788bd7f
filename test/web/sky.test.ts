import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Camera } from '../../src/web/page/camera.ts';
import { equatorial } from '../../src/web/page/galactic.ts';
import { project, unproject } from '../../src/web/page/mollweide.ts';

const near = (actual: number, expected: number, within = 1e-6): void => {
  assert.ok(Math.abs(actual - expected) <= within, `${actual} is not ${expected}`);
};

test('the projection fills the ellipse, with east at the left, and equal areas', () => {
  assert.deepEqual(project(180, 0, 180), { x: -0, y: 0 });
  near(project(270, 0, 180).x, -1);
  near(project(0.0001, 0, 180).x, 2, 1e-5);
  near(project(10, 90, 180).y, 1);
  near(project(10, -90, 180).x, 0);
  // Half of the sky lies within 30 degrees of its equator, so half of the ellipse does.
  const { y } = project(180, 30, 180);
  near((2 * (Math.asin(y) + y * Math.sqrt(1 - y * y))) / Math.PI, 0.5);
});

test('every place of the map leads back to where it came from', () => {
  for (let ra = 0.5; ra < 360; ra += 23.5) {
    for (const dec of [-89.99, -89.5, -60, -0.001, 0, 12.3, 45, 89.2, 89.95]) {
      const back = unproject(project(ra, dec, 180), 180);
      near(back?.dec ?? 0, dec, 1e-4);
      near(((back?.ra ?? 0) - ra) * Math.cos((dec * Math.PI) / 180), 0, 1e-4);
    }
  }
  assert.equal(unproject({ x: 1.9, y: 0.9 }, 180), null);
});

test("the galaxy's centre and poles are where they are", () => {
  const centre = equatorial(0, 0);
  near(centre.ra, 266.405, 1e-3);
  near(centre.dec, -28.936, 1e-3);
  near(equatorial(0, 90).dec, 27.12825);
  near(equatorial(122.93192, 27.12825).dec, 90, 1e-4);
});

test('what is under the pointer stays there when the map is made larger', () => {
  const camera = new Camera();
  camera.resize(800, 400);
  const place = { x: 610, y: 120 };
  const before = camera.toMap(place);
  camera.zoomAt(3, place);
  const after = camera.toMap(place);
  near(after.x, before.x);
  near(after.y, before.y);
  const back = camera.toScreen(after);
  near(back.x, place.x);
  near(back.y, place.y);
  camera.move(10_000, 10_000);
  assert.ok(camera.toMap({ x: 0, y: 0 }).x >= -2.2, 'the sky cannot be lost');
});
